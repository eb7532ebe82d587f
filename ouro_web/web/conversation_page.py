"""A conversation as its page shows it: a stretch of messages, filled for this reader."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString

from ouro_web.accounts.models import User
from ouro_web.conversations.models import Conversation, Message, MessageType
from ouro_web.lib import markdown
from ouro_web.lib.markdown import Rendered
from ouro_web.lib.storable import storable
from ouro_web.web import embeds

SIZE = 50
TOGETHER = timedelta(minutes=5)


@dataclass(frozen=True)
class Shown:
    message: Message
    body: SafeString
    is_mine: bool
    follows: bool  # on one by the same person a moment ago: her name need not be said again

    @property
    def aside(self) -> str:
        """What an agent did on the way to its answer is folded away under this word."""
        is_answer = self.message.type == MessageType.MESSAGE
        return "" if is_answer else self.message.get_type_display()

    @property
    def attached(self) -> str:
        return json.dumps(self.message.data, indent=2) if self.message.data else ""


def shown(rows: Sequence[Message], person: User) -> list[Shown]:
    """The number of queries does not depend on how many there are."""
    texts = [Rendered.from_json(row.rendered) for row in rows]
    bodies = embeds.fill_all(texts, person, with_content=False)
    return list(_shown(rows, bodies, person))


@dataclass(frozen=True)
class Place:
    """How far an open page knows the conversation."""

    until: datetime  # it shows what was said up to here
    first: datetime  # and from here on follows what is changed
    edited: datetime  # it knows of changes up to here

    @classmethod
    def asked(cls, request: HttpRequest) -> "Place | None":
        """Of a page that follows; None of one that does not."""
        until = moment(request, "after")
        if until is None:
            return None
        first = moment(request, "first") or until
        return cls(until, first, moment(request, "edited") or until)

    def moved(self, rows: Sequence[Message]) -> "Place":
        """After these, new or changed, are shown, too."""
        until = max([self.until, *(row.created_at for row in rows)])
        edits = [row.edited_at for row in rows if row.edited_at]
        return Place(until, self.first, max([self.edited, *edits]))

    @property
    def query(self) -> str:
        return urlencode({"after": self.until, "first": self.first, "edited": self.edited})

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The same, to be sent with a form."""
        named = {"after": self.until, "first": self.first, "edited": self.edited}
        return [(name, value.isoformat()) for name, value in named.items()]


def stretch(
    conversation: Conversation, rows: Sequence[Message], person: User, place: Place | None = None
) -> dict[str, Any]:
    """What a part of the page needs: the messages, and where the page goes on from."""
    begin = rows[0].created_at if rows else conversation.last_at
    known = place or Place(begin, begin, begin)
    return {
        "talk": conversation,
        "messages_shown": shown(rows, person),
        "place": known.moved(rows),
    }


def preview(text: str, person: User) -> SafeString:
    """How a text will look to who writes it."""
    rendered = markdown.render(storable(text), prefix="preview", site_url=settings.PUBLIC_URL)
    return embeds.fill_all([rendered], person, with_content=False)[0]


def moment(request: HttpRequest, name: str) -> datetime | None:
    """A time of the query; None for one that cannot be read."""
    try:
        found = parse_datetime(
            (request.POST.get(name) or request.GET.get(name, "")).replace(" ", "+")
        )
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _shown(rows: Sequence[Message], bodies: Sequence[SafeString], person: User) -> Iterator[Shown]:
    before: Message | None = None
    for row, body in zip(rows, bodies, strict=True):
        follows = (
            before is not None
            and not before.is_event
            and (before.author_id, before.type) == (row.author_id, row.type)
            and row.created_at - before.created_at < TOGETHER
        )
        yield Shown(row, body, row.author_id == person.pk and not row.is_event, follows)
        before = row
