"""Who hears of what happens in a conversation. Of several messages that one has not read, her inbox
shows the newest: they are one piece of news."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from ouro_web.accounts.models import User
from ouro_web.conversations.models import Conversation, Message, MessageType
from ouro_web.lib.markdown import Rendered
from ouro_web.notifications import live
from ouro_web.notifications.models import Kind
from ouro_web.notifications.notify import forget_about, mentioned, notify, notify_again, seen_about

NEWS = (Kind.MESSAGE, Kind.CONVERSATION)


def of_coming(conversation: Conversation, people: Iterable[User], *, by: User) -> None:
    text = f"{by.display_name} brought you into a conversation: {conversation.name}."
    for person in people:
        notify(person, Kind.CONVERSATION, text, by=by, asset=conversation.asset)


def of_message(conversation: Conversation, message: Message) -> None:
    if message.type != MessageType.MESSAGE:
        return  # an agent that thinks aloud is no news
    by, said = message.author, Rendered.from_json(message.rendered)
    about: dict[str, Any] = {"message_id": message.pk, "excerpt": said.words}
    text = f"{by.display_name} mentioned you in {conversation.name}."
    named = said.references.mentions
    told = mentioned(named, text, by=by, asset=conversation.asset, **about)
    text = f"{by.display_name} wrote in {conversation.name}."
    people = [grant.user for grant in conversation.grants.select_related("user")]
    others = [one for one in (conversation.owner, *people) if one.pk not in {by.pk, *told}]
    notify_again(others, Kind.MESSAGE, text, by=by, asset=conversation.asset, **about)


def of_edit(message: Message) -> None:
    """Those it names now hear of it once."""
    at_once(message, "message-updated")
    said, conversation = Rendered.from_json(message.rendered), message.conversation
    text = f"{message.author.display_name} mentioned you in {conversation.name}."
    mentioned(
        said.references.mentions, text, by=message.author, asset=conversation.asset,
        message_id=message.pk, excerpt=said.words,
    )  # fmt: skip


def of_change(conversation: Conversation) -> None:
    """Its name, summary or people: no news for an inbox, but for those who have it open."""
    told = {
        "id": conversation.pk,
        "conversation_id": conversation.pk,
        "name": conversation.name,
        "summary": conversation.description or None,
        "members": _members(conversation),
    }
    live.tell(map(live.room_of, told["members"]), "conversation-updated", told)


def at_once(message: Message, event: str = "new-message") -> None:
    """Programs of the others that are connected hear of every message, also of an agent's steps
    and of who came and left."""
    others = [pk for pk in _members(message.conversation) if pk != message.author_id]
    live.tell(map(live.room_of, others), event, _as_event(message))


def _members(conversation: Conversation) -> list[UUID]:
    granted = conversation.grants.model.objects.filter(asset=conversation.pk).order_by("pk")
    owner = conversation.asset.owner_id
    return [owner, *(pk for pk in granted.values_list("user", flat=True) if pk != owner)]


def _as_event(message: Message) -> dict[str, Any]:
    """As the API has it, but for the document."""
    by = message.author
    return {
        "id": message.pk,
        "conversation_id": message.conversation_id,
        "user_id": by.pk,
        "user": {
            "user_id": by.pk,
            "username": by.username,
            "name": by.display_name,
            "actor_type": "agent" if by.is_agent else "user",
        },
        "type": message.type,
        "text": message.text,
        "data": message.data,
        "turn_id": message.turn_id,
        "seq": message.seq,
        "metadata": message.metadata or None,
        "created_at": message.created_at.isoformat(),
        "last_updated": (message.edited_at or message.created_at).isoformat(),
    }


def seen(conversation: Conversation, person: User) -> None:
    """Who reads it need not be told of it any more."""
    seen_about(person, conversation.asset, (*NEWS, Kind.MENTION))


def forget(conversation: Conversation, person: User) -> None:
    forget_about(person, conversation.asset)
