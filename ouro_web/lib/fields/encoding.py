"""A document -> the parts of the HTTP request: path, query, headers and cookies, and the body."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ouro_web.lib.fields.bodies import encoded_body
from ouro_web.lib.fields.exact import Json
from ouro_web.lib.fields.places import Document, Operation
from ouro_web.lib.fields.styles import Pairs, as_content, styled, text_of

# Signs of an address that some values need as they are; everything else is escaped.
_RESERVED = ":/?#[]@!$&'()*+,;="
_RESERVED_IN_QUERY = ":/?@!$'()*,;"


@dataclass(frozen=True, slots=True)
class Encoded:
    """`path` and `query` are escaped and ready for an address; the cookies are in the headers."""

    path: str
    query: str
    headers: dict[str, str]
    content_type: str
    body_bytes: bytes | None


def encode(operation: Operation, document: Document) -> Encoded:
    content_type, body = encoded_body(operation, document)
    return Encoded(
        path=_path(operation, document.get("path") or {}),
        query="&".join(_query(operation, document.get("query") or {})),
        headers=dict(_headers(operation, document)),
        content_type=content_type,
        body_bytes=body,
    )


def _parameters(operation: Operation, place: str) -> Iterator[dict[str, Any]]:
    return (item for item in operation.get("parameters") or () if item.get("in") == place)


def _path(operation: Operation, values: Mapping[str, Json]) -> str:
    path = str(operation.get("path") or "")
    for item in _parameters(operation, "path"):
        name = str(item["name"])
        path = path.replace("{" + name + "}", _in_path(item, name, values.get(name, "")))
    return path


def _in_path(item: Mapping[str, Any], name: str, value: Json) -> str:
    style, explode = item.get("style") or "simple", bool(item.get("explode"))
    if item.get("content_type"):
        return quote(as_content(item, value), safe="")
    pieces = _pieces(value, explode=explode)
    if style == "matrix":
        return _matrix(name, value, pieces, explode=explode)
    if style == "label":
        return "." + ("." if explode else ",").join(pieces)
    text = ",".join(pieces)
    return text.replace(".", "%2E") if text in (".", "..") else text  # no step to a parent


def _matrix(name: str, value: Json, pieces: list[str], *, explode: bool) -> str:
    key = quote(name, safe="")
    if explode and isinstance(value, dict):
        return "".join(f";{piece}" for piece in pieces)
    if explode and isinstance(value, list):
        return "".join(f";{key}={piece}" for piece in pieces)
    return f";{key}={','.join(pieces)}"


def _pieces(value: Json, *, explode: bool) -> list[str]:
    """The escaped parts of a value that a style joins in its own way."""
    if isinstance(value, list):
        return [quote(text_of(item), safe="") for item in value]
    if isinstance(value, dict):
        pairs = [
            (quote(key, safe=""), quote(text_of(item), safe="")) for key, item in value.items()
        ]
        if explode:
            return [f"{key}={item}" for key, item in pairs]
        return [part for pair in pairs for part in pair]
    return [quote(text_of(value), safe="")]


def _query(operation: Operation, values: Mapping[str, Json]) -> Iterator[str]:
    for item in _parameters(operation, "query"):
        name = str(item["name"])
        if name not in values:
            continue
        if item.get("whole"):
            yield quote(as_content(item, values[name]), safe="")
            continue
        safe = _RESERVED_IN_QUERY if item.get("allow_reserved") else ""
        parts = _comma_parts(item, values[name])
        if parts:
            yield f"{quote(name, safe='[]')}={','.join(quote(part, safe=safe) for part in parts)}"
            continue
        for key, text in styled(item, name, values[name]):
            yield f"{quote(key, safe='[]')}={quote(text, safe=safe)}"


def _comma_parts(item: Mapping[str, Any], value: Json) -> list[str]:
    """What stands between commas in one pair: each is escaped by itself, so that a comma within one
    is none between two."""
    explode = item.get("explode")
    if item.get("content_type") or explode is not False or item.get("style") not in (None, "form"):
        return []
    if isinstance(value, dict):
        return [part for key, inner in value.items() for part in (key, text_of(inner))]
    return [text_of(part) for part in value] if isinstance(value, list) else []


def _headers(operation: Operation, document: Document) -> Pairs:
    values = document.get("headers") or {}
    for item in _parameters(operation, "header"):
        name = str(item["name"])
        if name in values:
            yield name, _in_header(item, values[name])
    cookies = document.get("cookies") or {}
    pairs = [
        f"{quote(key, safe='')}={_in_cookie(item, text)}"
        for item in _parameters(operation, "cookie")
        if item["name"] in cookies
        for key, text in styled(item, str(item["name"]), cookies[item["name"]])
    ]
    if pairs:
        yield "Cookie", "; ".join(pairs)


def _in_cookie(item: Mapping[str, Any], text: str) -> str:
    """The style of its name, of OpenAPI 3.2, escapes only what would end the cookie."""
    if item.get("style") != "cookie":
        return quote(text, safe="")
    return quote(text, safe="".join(chr(code) for code in range(33, 127) if chr(code) not in ';",'))


def _in_header(item: Mapping[str, Any], value: Json) -> str:
    """One line: a line break in a value would be another header."""
    if item.get("content_type"):
        text = as_content(item, value)
    elif isinstance(value, list):
        text = ",".join(map(text_of, value))
    elif isinstance(value, dict):
        sign = "=" if item.get("explode") else ","
        text = ",".join(f"{key}{sign}{text_of(part)}" for key, part in value.items())
    else:
        text = text_of(value)
    return "".join(sign if sign.isprintable() or sign == "\t" else " " for sign in text)
