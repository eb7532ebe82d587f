"""Saying something in a conversation, changing it, and reading what others said."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.conversations import telling, writing
from ouro_web.conversations.models import SAID, Conversation, Message, MessageType, ReadMark
from ouro_web.lib.storable import storable, unstorable

LONGEST = 20_000
LARGEST = 100_000  # characters of what a program attaches, as JSON


def say(
    conversation: Conversation,
    *,
    author: User,
    text: str,
    kind: str = MessageType.MESSAGE,
    pk: UUID | None = None,
    **columns: Any,
) -> Message:
    """`columns` are further ones that programs give: data, metadata, turn_id, seq. One with an id
    that its author has used here already is that one. Raises ValidationError."""
    if kind not in SAID:
        raise ValidationError({"type": f"must be one of {', '.join(SAID)}."})
    text = _checked(text, has_data=bool(columns.get("data")))
    _check_attached(columns)
    if pk is not None:
        if (known := Message.objects.filter(pk=pk).first()) is not None:
            return _same(known, conversation, author)
        columns["id"] = pk
    message = writing.prepared(conversation, author, kind, text, **columns)
    with transaction.atomic():
        writing.put(message)
        telling.of_message(conversation, message)
    return message


def edit(message: Message, *, by: User, text: str | None = None, **columns: Any) -> Message:
    """What is not given stays. Raises PermissionDenied, ValidationError."""
    if message.author_id != by.pk or message.is_event:
        raise PermissionDenied("Only its author can change a message.")
    _check_attached(columns)
    for name, value in columns.items():
        setattr(message, name, value)
    if text is not None:
        message.text = _checked(text, has_data=bool(message.data))
        message.rendered = writing.rendered(message.text, message.pk).as_json()
    message.edited_at = timezone.now()
    with transaction.atomic():
        message.save()
        telling.of_edit(message)
    return message


def read(conversation: Conversation, person: User, until: datetime) -> None:
    """She has seen everything up to this moment."""
    marks = ReadMark.objects.filter(conversation=conversation, person=person, read_until__lt=until)
    if marks.exists():  # an UPDATE of nothing would still wait for the writer
        marks.update(read_until=until)
    telling.seen(conversation, person)


def page(
    conversation: Conversation, *, before: datetime | None, limit: int
) -> tuple[list[Message], bool]:
    """The newest messages older than that, oldest first, and whether there are older ones."""
    rows = Message.objects.filter(conversation=conversation).select_related("author")
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    found = list(rows.order_by("-created_at")[: limit + 1])
    return found[:limit][::-1], len(found) > limit


def since(conversation: Conversation, moment: datetime, *, most: int = 200) -> list[Message]:
    rows = Message.objects.filter(conversation=conversation, created_at__gt=moment)
    return list(rows.select_related("author").order_by("created_at")[:most])


def edited(conversation: Conversation, after: datetime, *, of: datetime) -> list[Message]:
    """What was changed after the one moment, of what was said from the other on; changed last is
    last."""
    rows = Message.objects.filter(
        conversation=conversation, edited_at__gt=after, created_at__gte=of
    )
    return list(rows.select_related("author").order_by("edited_at")[:100])


def with_unread(rows: "QuerySet[Conversation]", person: User) -> "QuerySet[Conversation]":
    """Each with `unreads`: what others said since she read."""
    mark = ReadMark.objects.filter(conversation=OuterRef("conversation"), person=person.pk)
    new = (
        Message.objects.filter(
            conversation=OuterRef("pk"),
            type__in=SAID,
            created_at__gt=Subquery(mark.values("read_until")[:1]),
        )
        .exclude(author=person.pk)
        .order_by()
        .values("conversation")
        .annotate(n=Count("pk"))
    )
    number = Subquery(new.values("n")[:1], output_field=IntegerField())
    return rows.annotate(unreads=Coalesce(number, 0))


def open_to(person: User) -> "QuerySet[Conversation]":
    """Those she is in."""
    rows: QuerySet[Conversation] = Conversation.objects.readable_by(person)  # type: ignore[assignment]
    return rows


def of_person(person: User) -> "QuerySet[Conversation]":
    """Those she is in, the one where something was said last first, with all that a list shows."""
    rows = (
        open_to(person)
        .select_related("owner", "organization", "team")
        .prefetch_related("grants__user")
    )
    return with_unread(rows, person).order_by(F("last_at").desc(), "-pk")


def with_last(rows: "QuerySet[Conversation]") -> "QuerySet[Conversation]":
    """Each with `last_text` and `last_author`: what was said last, and by whom; None before."""
    last = Message.objects.filter(conversation=OuterRef("pk"), type=MessageType.MESSAGE)
    newest = last.order_by("-created_at")
    return rows.annotate(
        last_text=Subquery(newest.values("text")[:1]),
        last_author=Subquery(newest.values("author__username")[:1]),
    )


def named(rows: "QuerySet[Conversation]", text: str) -> "QuerySet[Conversation]":
    """Those whose name, summary or people have this in them."""
    by_person = Q(grants__user__username__istartswith=text) | Q(owner__username__istartswith=text)
    found = Q(name__icontains=text) | Q(description__icontains=text) | by_person
    return rows.filter(pk__in=Conversation.objects.filter(found).values("pk"))


def _checked(text: str, *, has_data: bool) -> str:
    text = storable(text).strip()
    if not text and not has_data:
        raise ValidationError({"text": "Write something first."})
    if len(text) > LONGEST:
        raise ValidationError({
            "text": f"This message has {len(text):,} characters and {LONGEST:,} fit. "
            "Write a post and link to it."
        })  # fmt: skip
    return text


def _check_attached(columns: dict[str, Any]) -> None:
    for name in ("data", "metadata"):
        value = columns.get(name)
        if value and len(json.dumps(value)) > LARGEST:
            raise ValidationError({name: f"At most {LARGEST:,} characters fit."})
        if value and any(unstorable(value)):
            raise ValidationError({name: "It holds characters that cannot be kept."})
    seq = columns.get("seq")
    if seq is not None and not 0 <= seq < 2**31:
        raise ValidationError({"seq": "must be a number from 0 to 2147483647."})


def _same(known: Message, conversation: Conversation, author: User) -> Message:
    if (known.conversation_id, known.author_id) != (conversation.pk, author.pk):
        raise ValidationError({"id": ValidationError("There is one with this id.", code="unique")})
    return known
