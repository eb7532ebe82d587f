"""JSON without loss: numbers keep every digit, and what JSON does not allow is refused.

Django's and Python's defaults read 0.1234567890123456789 as a float and write NaN. A value that
people typed goes through this module only. A number is an int, a float when the float says exactly
the same, else a Decimal.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

Json = Any  # None, bool, int, float, Decimal, str, list or dict of these

MAX_DIGITS = 1000
MOST_WHOLE = 1e15  # above it a float is no longer a count of ones
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)


class NotJsonError(ValueError):
    """The text is not JSON; says where."""


class Absent:
    """The one value that stands for "not sent", which JSON itself cannot say."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


def number(text: str) -> int | float | Decimal:
    """The number a person typed. ValueError in plain words when it is none."""
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    if len(text) > MAX_DIGITS:
        raise ValueError("is too long for a number")
    if _WHOLE.fullmatch(text):
        return int(text)
    if not _NUMBER.fullmatch(text):
        comma = "," in text
        raise ValueError("is not a number (write 1.5, not 1,5)" if comma else "is not a number")
    return _fraction(text)


def _fraction(text: str) -> float | Decimal:
    value = float(text)
    exact = Decimal(text)
    if math.isinf(value) or (value == 0 and exact != 0):
        raise ValueError("is beyond what a number can hold")
    return value if Decimal(repr(value)) == exact else exact


def without_point(value: Json) -> Json:
    """160.0 as 160: some generators write every number of a schema with a point."""
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < MOST_WHOLE
    return int(value) if is_whole else value


def loads(text: str) -> Json:
    """NotJsonError says where; NaN, repeated keys and endless numbers are refused too."""
    try:
        return json.loads(
            text,
            parse_int=number,
            parse_float=number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_repeats,
        )
    except json.JSONDecodeError as error:
        place = f"at line {error.lineno}, column {error.colno}"
        raise NotJsonError(f"is not JSON: {error.msg.lower()} {place}") from error
    except RecursionError as error:
        raise NotJsonError("is nested too deeply") from error
    except NotJsonError:
        raise
    except ValueError as error:
        raise NotJsonError(f"is not JSON: a number {error}") from error


def _refuse_constant(text: str) -> Json:
    raise NotJsonError(f"is not JSON: {text} is not a value")


def _without_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    read = dict(pairs)
    if len(read) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise NotJsonError(f"is not JSON: the key “{twice}” stands twice")
    return read


def dumps(value: Json, indent: int | None = None) -> str:
    """Keys in their order, a Decimal with all its digits."""
    if indent is None:
        with suppress(TypeError):  # a Decimal in it; Python's own writer is ten times as fast
            return _text(value)
    return "".join(_pieces(value, indent, "\n"))


def _pieces(value: Json, indent: int | None, line: str) -> Iterator[str]:
    deeper = line + " " * (indent or 0)
    if isinstance(value, dict) and value:
        items = (
            (f"{_text(str(key))}: ", _pieces(item, indent, deeper)) for key, item in value.items()
        )
        yield from _enclosed("{}", items, indent, line)
    elif isinstance(value, list | tuple) and value:
        yield from _enclosed(
            "[]", (("", _pieces(item, indent, deeper)) for item in value), indent, line
        )
    elif isinstance(value, Decimal):
        yield str(value)
    else:
        yield _text(value)


def _enclosed(
    signs: str, items: Iterable[tuple[str, Iterator[str]]], indent: int | None, line: str
) -> Iterator[str]:
    before, between = (line + " " * indent, ",") if indent else ("", ", ")
    yield signs[0]
    for place, (start, pieces) in enumerate(items):
        yield (between if place else "") + before + start
        yield from pieces
    yield (line if indent else "") + signs[1]


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


class Encoder(json.JSONEncoder):
    """For JSONField(encoder=...)."""

    def encode(self, o: Any) -> str:
        return dumps(o)

    def iterencode(self, o: Any, _one_shot: bool = False) -> Iterator[str]:
        yield dumps(o)


class Decoder(json.JSONDecoder):
    """For JSONField(decoder=...): what Encoder wrote comes back the same."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, parse_float=number)


def same(one: Json, other: Json) -> bool:
    """Equal as JSON: true is not 1, "1" is not 1, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and not isinstance(one, str) ^ isinstance(other, str)
