"""Lists by limit and offset. Whether there is more is known from one row too many, not a count."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

LARGEST_OFFSET = 2**31


def bounds(
    request: HttpRequest, *, default: int | None = 20, largest: int = 200
) -> tuple[int | None, int]:
    """(limit, offset) of the query; a limit over the largest is the largest."""
    limit = _number(request, "limit", low=1)
    offset = _number(request, "offset", low=0) or 0
    return (min(limit, largest) if limit is not None else default), offset


def paged(
    rows: QuerySet[Any, Any] | Sequence[Any],
    request: HttpRequest,
    shape: Callable[[Any], Any],
    *,
    default: int | None = 20,
    largest: int = 200,
) -> dict[str, Any]:
    """One page of the rows in their shape. `default=None`: without a limit, all of them."""
    limit, offset = bounds(request, default=default, largest=largest)
    found = list(rows[offset:] if limit is None else rows[offset : offset + limit + 1])
    more = limit is not None and len(found) > limit
    pagination = {"hasMore": more, "offset": offset, "limit": limit}
    return {"data": [shape(row) for row in found[:limit]], "pagination": pagination}


def _number(request: HttpRequest, name: str, *, low: int) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        raise ValidationError({name: "must be a whole number."})
    if not low <= int(text) <= LARGEST_OFFSET:
        raise ValidationError({name: f"must be at least {low}."})
    return int(text)
