"""Items that wait for something: until when, and how often somebody should look again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive

from ouro_web.quests.models import Item

SPAN = re.compile(r"([1-9]\d{0,3})([mhdw])", re.ASCII)
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
SESSION = timedelta(hours=1)  # how long a recurring look stays due


def fill(item: Item, given: Mapping[str, Any]) -> None:
    """Sets what is given; "" takes it away. Raises ValidationError."""
    if "waiting_until" in given:
        item.waiting_until = _moment(given["waiting_until"])
    if "waiting_check_every" in given:
        text = str(given["waiting_check_every"] or "").strip()
        if text and not SPAN.fullmatch(text):
            says = "is a span such as 30m, 6h, 1d or 2w."
            raise ValidationError({"waiting_check_every": says})
        item.waiting_check_every = text


def until(item: Item, now: datetime) -> datetime | None:
    """When to look at it again. With a span it comes due again and again: the moment that is due
    stays for a while, then it is the next one."""
    first, span = item.waiting_until, _span(item.waiting_check_every)
    if first is None or span is None or now < first:
        return first
    last = first + span * ((now - first) // span)
    return last if now - last < min(SESSION, span / 2) else last + span


def is_waiting(item: Item, now: datetime) -> bool:
    moment = until(item, now)
    return moment is not None and moment > now


def _span(text: str) -> timedelta | None:
    found = SPAN.fullmatch(text)
    return timedelta(**{UNITS[found[2]]: int(found[1])}) if found else None


def _moment(given: Any) -> datetime | None:
    if not given:
        return None
    try:
        found = given if isinstance(given, datetime) else parse_datetime(str(given))
    except ValueError:
        found = None
    if found is None or not 2000 < found.year < 9000:
        raise ValidationError({"waiting_until": "is a time such as 2026-11-30T12:00:00Z."})
    return found.replace(tzinfo=UTC) if is_naive(found) else found
