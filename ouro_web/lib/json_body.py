"""Reading JSON that somebody else wrote, so that every database and every page can hold it."""

import json
import re
from typing import Any

import orjson

from ouro_web.lib.fields import exact

MOST_NESTED = 100
_LONG_NUMBER = re.compile(rb"[0-9.]{17}")  # a float holds fewer digits exactly


class JsonError(ValueError):
    """The text is no JSON that can be kept; the message says why, for people."""


def parse(raw: bytes) -> Any:
    """The value of a JSON text.

    NUL characters, which PostgreSQL cannot store, become U+FFFD; NaN and the infinities, which
    Python services like to write, become null. Raises JsonError.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        value = _lenient(raw, error)
    if raw.count(b"[") + raw.count(b"{") > MOST_NESTED and _depth(value) > MOST_NESTED:
        raise JsonError(f"The JSON is nested more than {MOST_NESTED} levels deep.")
    return _without_nul(value) if b"\\u0000" in raw else value


def parse_exactly(raw: bytes) -> Any:
    """The same for values that are sent on: no number loses a digit. Raises JsonError."""
    value = parse(raw)
    if not _LONG_NUMBER.search(raw):
        return value
    try:
        return exact.loads(raw.decode())
    except exact.NotJsonError as error:
        raise JsonError(f"The text {error}.") from error


def parse_object(raw: bytes) -> dict[str, Any]:
    """A JSON object from a program that calls us. Raises JsonError."""
    if not raw.strip():
        raise JsonError("The body is empty; a JSON object is needed.")
    value = parse(raw)
    if not isinstance(value, dict):
        raise JsonError("The body must be a JSON object.")
    return value


def _lenient(raw: bytes, first: orjson.JSONDecodeError) -> Any:
    if not any(word in raw for word in (b"NaN", b"Infinity")):
        raise JsonError(f"The JSON cannot be read: {first}.") from first
    try:
        value = json.loads(raw.decode(), parse_constant=lambda _: None)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise JsonError(f"The JSON cannot be read: {first}.") from error
    return value


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        if depth > MOST_NESTED:
            break
        level = [child for each in level for child in _children(each)]
    return depth


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [child for child in value.values() if isinstance(child, dict | list)]
    if isinstance(value, list):
        return [child for child in value if isinstance(child, dict | list)]
    return []


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value
