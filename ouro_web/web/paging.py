"""Keyset paging of lists, newest first: ids rise with time, so the last id shown is the place."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest

SIZE = 30
NUMBERED_SIZE = 50
FARTHEST = 100  # pages of many; nobody reads on, and each costs more


@dataclass(frozen=True)
class Page[Row: Model]:
    items: list[Row]
    newer: str  # address of the newest rows, "" when these are they
    older: str  # address of the next rows, "" at the end
    order: str = "newest first"

    @property
    def count(self) -> int:
        return len(self.items)


def page_of[Row: Model](
    request: HttpRequest, rows: QuerySet[Row, Row], *, size: int = SIZE
) -> Page[Row]:
    """One page of rows; ?after=<id> says where it begins. A place that is no id is the start."""
    after = _as_id(request.GET.get("after", ""))
    found = rows.order_by("-pk")
    if after:
        found = found.filter(pk__lt=after)
    items = list(found[: size + 1])
    more = len(items) > size
    items = items[:size]
    older = address(request, after=items[-1].pk) if more else ""
    return Page(items, address(request, after=None) if after else "", older)


@dataclass(frozen=True)
class Numbered[Row]:
    """One page of rows in an order of their own, with the addresses beside it."""

    items: list[Row]
    number: int
    pages: int
    total: int
    first: int
    before: str
    after: str

    @property
    def last(self) -> int:
        return self.first + len(self.items) - 1


def numbered[Row](
    request: HttpRequest,
    rows: "QuerySet[Any, Row] | Sequence[Row]",
    *,
    size: int = NUMBERED_SIZE,
    total: int | None = None,
) -> Numbered[Row]:
    """?page=<number>; one that is no number or too high is the nearest there is. `total` is the
    number of rows where it is known already."""
    if total is None:
        total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    pages = min(max(1, -(-total // size)), FARTHEST)
    asked = request.GET.get("page", "")
    number = min(max(int(asked), 1), pages) if re.fullmatch(r"[0-9]{1,6}", asked) else 1
    items = list(rows[(number - 1) * size : number * size])
    return Numbered(
        items=items,
        number=number,
        pages=pages,
        total=total,
        first=(number - 1) * size + 1 if items else 0,
        before=address(request, page=number - 1) if number > 1 else "",
        after=address(request, page=number + 1) if number < pages else "",
    )


def address(request: HttpRequest, **changes: Any) -> str:
    """This page's address with some of its query changed; None takes a key away."""
    query = request.GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = str(value)
    query.pop("part", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _as_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
