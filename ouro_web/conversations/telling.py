"""Who hears of what happens in a conversation. Of several messages that one has not read, her inbox
shows the newest: they are one piece of news."""

from collections.abc import Iterable
from typing import Any

from ouro_web.accounts.models import User
from ouro_web.conversations.models import Conversation, Message, MessageType
from ouro_web.lib.markdown import Rendered
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
    said, conversation = Rendered.from_json(message.rendered), message.conversation
    text = f"{message.author.display_name} mentioned you in {conversation.name}."
    mentioned(
        said.references.mentions, text, by=message.author, asset=conversation.asset,
        message_id=message.pk, excerpt=said.words,
    )  # fmt: skip


def of_change(conversation: Conversation) -> None:
    """Its name or summary: no news for an inbox."""


def seen(conversation: Conversation, person: User) -> None:
    """Who reads it need not be told of it any more."""
    seen_about(person, conversation.asset, (*NEWS, Kind.MENTION))


def forget(conversation: Conversation, person: User) -> None:
    forget_about(person, conversation.asset)
