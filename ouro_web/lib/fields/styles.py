"""A value -> the pairs of a query or of a form body, by the styles of OpenAPI.

Nested objects under deepObject are undefined in the standard; they are written `a[b][c]`, as most
servers read them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.exact import Json

Pairs = Iterator[tuple[str, str]]
_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|", "simple": ","}


def text_of(value: Json) -> str:
    return value if isinstance(value, str) else exact.dumps(value)


def as_content(item: Mapping[str, Any], value: Json) -> str:
    """A parameter that has a content type is written like a body."""
    is_json = "json" in str(item.get("content_type"))
    return exact.dumps(value) if is_json else text_of(value)


def styled(item: Mapping[str, Any], name: str, value: Json) -> Pairs:
    """A value as the pairs of a query or of a form body."""
    style = item.get("style") or "form"
    explode = item.get("explode")
    explode = style == "form" if explode is None else bool(explode)
    if item.get("content_type"):
        yield name, as_content(item, value)
    elif isinstance(value, dict) and style == "deepObject":
        yield from _deep(name, value)
    elif isinstance(value, list):
        yield from _several(name, value, _DELIMITERS.get(style, ","), explode=explode)
    elif isinstance(value, dict):
        yield from _fields(name, value, _DELIMITERS.get(style, ","), explode=explode)
    elif value is not None:
        yield name, text_of(value)
    else:
        yield name, ""


def _several(name: str, value: list[Json], sign: str, *, explode: bool) -> Pairs:
    if explode:
        yield from ((name, text_of(part)) for part in value)
    elif value:
        yield name, sign.join(text_of(part) for part in value)


def _fields(name: str, value: dict[str, Json], sign: str, *, explode: bool) -> Pairs:
    if explode:
        for key, part in value.items():
            each = part if isinstance(part, list) else [part]
            yield from ((key, text_of(item)) for item in each)
    elif value:
        parts = [text for key, part in value.items() for text in (key, text_of(part))]
        yield name, sign.join(parts)


def _deep(name: str, value: Json) -> Pairs:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _deep(f"{name}[{key}]", part)
    elif isinstance(value, list):
        for part in value:
            yield from _deep(name, part)
    else:
        yield name, "" if value is None else text_of(value)
