"""What a route was at the time of a run: an operation that changes is kept as it was until then."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from ouro_web.services.models import PastOperation, Route

WORDS = ("operation", "input_assets", "output_assets")


def change(route: Route, columns: Mapping[str, Any]) -> None:
    """Set the columns on the row, which the caller saves in the same transaction."""
    before = {word: getattr(route, word) for word in WORDS}
    for column, value in columns.items():
        setattr(route, column, value)
    if before != {word: getattr(route, word) for word in WORDS}:
        now = timezone.now()
        with transaction.atomic():
            PastOperation.objects.create(route=route, until=now, **before)
        route.changed_at = now


def operation_at(route: Route, moment: datetime) -> Mapping[str, Any]:
    """The operation alone, for many runs: wants `past` prefetched."""
    if route.changed_at is None or moment >= route.changed_at:
        return cast(Mapping[str, Any], route.operation)
    kept = [each for each in route.past.all() if each.until > moment]
    then = min(kept, key=lambda each: each.until, default=route)
    return cast(Mapping[str, Any], then.operation)


def as_of(route: Route, moment: datetime) -> Route:
    """The route as it was then: a value to read from, never to be saved."""
    if route.changed_at is None or moment >= route.changed_at:
        return route
    then = route.past.filter(until__gt=moment).order_by("until").first()
    if then is None:
        return route
    columns = {
        field.attname: getattr(route, field.attname) for field in Route._meta.concrete_fields
    }
    old = Route(**{**columns, **{word: getattr(then, word) for word in WORDS}})
    old.service = route.service
    return old
