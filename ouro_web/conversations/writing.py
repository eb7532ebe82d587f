"""Putting a message into a conversation, each at a moment of its own."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset
from ouro_web.conversations import telling
from ouro_web.conversations.models import Conversation, Message, MessageType, ReadMark
from ouro_web.lib import markdown


def note(conversation: Conversation, person: User, what: MessageType) -> Message:
    """An event: who came, who left."""
    verb = "joined" if what == MessageType.JOINED else "left"
    return put(prepared(conversation, person, what, f"{person.display_name} {verb}."))


def prepared(
    conversation: Conversation, author: User, kind: str, text: str, **columns: Any
) -> Message:
    """Not saved yet. Reading the text may take a moment, in which no writer should wait."""
    message = Message(conversation=conversation, author=author, type=kind, text=text, **columns)
    message.rendered = rendered(text, message.pk).as_json()
    return message


@transaction.atomic
def put(message: Message) -> Message:
    """Whoever writes at the same time waits, so that moments rise with the order of writing."""
    conversation = message.conversation
    rows: QuerySet[Conversation] = QuerySet(Conversation).filter(pk=conversation.pk)
    moments = rows.select_for_update(of=("self",), no_key=True).values_list("last_at", flat=True)
    last = moments.first()
    if last is None:
        raise ValidationError("The conversation is gone: everybody left it.")
    at = max(timezone.now(), last + timedelta(microseconds=1))
    message.created_at = conversation.last_at = at
    message.save(force_insert=True)
    rows.update(last_at=at)
    Asset.objects.filter(pk=conversation.pk).update(updated_at=at)
    ReadMark.objects.filter(conversation=conversation, person=message.author).update(read_until=at)
    telling.at_once(message)
    return message


def rendered(text: str, pk: UUID) -> markdown.Rendered:
    # Ids of footnotes and headings must not repeat on a page with many messages.
    return markdown.render(text, prefix=f"m{pk.hex[-8:]}", site_url=settings.PUBLIC_URL)
