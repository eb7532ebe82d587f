"""A document -> the parts of the HTTP request, by content type and parameter style.

Nested objects under deepObject are undefined in the standard; they are written `a[b][c]`, as most
servers read them.
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.exact import Json
from ouro_web.lib.fields.places import Document, Operation, body_of

Pairs = Iterator[tuple[str, str]]
_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|", "simple": ","}
# Signs of an address that some values need as they are; everything else is escaped.
_RESERVED = ":/?#[]@!$&'()*+,;="
# One value of JSON on each line.
JSON_LINES = (
    "application/jsonl",
    "application/x-ndjson",
    "application/ndjson",
    "application/x-jsonlines",
)


@dataclass(frozen=True, slots=True)
class Encoded:
    """`path` and `query` are escaped and ready for an address; the cookies are in the headers."""

    path: str
    query: str
    headers: dict[str, str]
    content_type: str
    body_bytes: bytes | None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in the place of a value: a part of a form, or a whole body."""

    filename: str
    content_type: str
    content: bytes


def encode(operation: Operation, document: Document) -> Encoded:
    content_type, body = _body(operation, document)
    return Encoded(
        path=_path(operation, document.get("path") or {}),
        query="&".join(_query(operation, document.get("query") or {})),
        headers=dict(_headers(operation, document)),
        content_type=content_type,
        body_bytes=body,
    )


def _parameters(operation: Operation, place: str) -> Iterator[dict[str, Any]]:
    return (item for item in operation.get("parameters") or () if item.get("in") == place)


def text_of(value: Json) -> str:
    return value if isinstance(value, str) else exact.dumps(value)


# Places of parameters


def _path(operation: Operation, values: Mapping[str, Json]) -> str:
    path = str(operation.get("path") or "")
    for item in _parameters(operation, "path"):
        name = str(item["name"])
        path = path.replace("{" + name + "}", _in_path(item, name, values.get(name, "")))
    return path


def _in_path(item: Mapping[str, Any], name: str, value: Json) -> str:
    style, explode = item.get("style") or "simple", bool(item.get("explode"))
    if item.get("content_type"):
        return quote(_as_content(item, value), safe="")
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
            yield quote(_as_content(item, values[name]), safe="")
            continue
        safe = (
            _RESERVED.translate({ord(sign): None for sign in "#&+=[]"})
            if (item.get("allow_reserved"))
            else ""
        )
        parts = _comma_parts(item, values[name])
        if parts:
            yield f"{quote(name, safe='[]')}={','.join(quote(part, safe=safe) for part in parts)}"
            continue
        for key, text in _styled(item, name, values[name]):
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


def _as_content(item: Mapping[str, Any], value: Json) -> str:
    """A parameter that has a content type is written like a body."""
    is_json = "json" in str(item.get("content_type"))
    return exact.dumps(value) if is_json else text_of(value)


def _styled(item: Mapping[str, Any], name: str, value: Json) -> Pairs:
    """A value as the pairs of a query or of a form body."""
    style = item.get("style") or "form"
    explode = item.get("explode")
    explode = style == "form" if explode is None else bool(explode)
    if item.get("content_type"):
        yield name, _as_content(item, value)
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
        for key, text in _styled(item, str(item["name"]), cookies[item["name"]])
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
        text = _as_content(item, value)
    elif isinstance(value, list):
        text = ",".join(map(text_of, value))
    elif isinstance(value, dict):
        sign = "=" if item.get("explode") else ","
        text = ",".join(f"{key}{sign}{text_of(part)}" for key, part in value.items())
    else:
        text = text_of(value)
    return "".join(sign if sign.isprintable() or sign == "\t" else " " for sign in text)


# Bodies


def _body(operation: Operation, document: Document) -> tuple[str, bytes | None]:
    if "body" not in document:
        return "", None
    declared = body_of(operation, str(document.get("content_type") or "")) or {}
    content_type = str(declared.get("content_type") or "application/json")
    encoding = declared.get("encoding")
    encoding = encoding if isinstance(encoding, dict) else {}
    value = document["body"]
    if isinstance(value, Upload):
        return (value.content_type if "*" in content_type else content_type), value.content
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded" and isinstance(value, dict):
        return content_type, _urlencoded(value, encoding)
    if kind.startswith("multipart/") and isinstance(value, dict):
        return _multipart(content_type, value, encoding)
    if kind in JSON_LINES and isinstance(value, list):
        return content_type, b"".join(exact.dumps(item).encode() + b"\n" for item in value)
    if isinstance(value, str) and "json" not in kind:
        return ("application/octet-stream" if "*" in kind else content_type), value.encode()
    if "*" in kind:
        content_type = "application/json"
    return content_type, exact.dumps(value).encode()


def _urlencoded(value: dict[str, Json], encoding: Mapping[str, Any]) -> bytes:
    pairs = [
        f"{quote(key, safe='')}={quote(text, safe='')}"
        for name, part in value.items()
        for key, text in _form_pairs(name, part, encoding.get(name) or {})
    ]
    return "&".join(pairs).encode()


def _form_pairs(name: str, value: Json, told: Mapping[str, Any]) -> Pairs:
    """Without a stated style an object inside a form goes as JSON: no server reads it otherwise."""
    if "style" in told or "explode" in told:
        yield from _styled(told, name, value)
    elif isinstance(value, list) and "contentType" not in told:
        yield from ((name, text_of(part)) for part in value)
    else:
        yield name, "" if value is None else text_of(value)


def _multipart(
    content_type: str, value: dict[str, Json], encoding: Mapping[str, Any]
) -> tuple[str, bytes]:
    boundary = secrets.token_hex(16)
    parts = []
    for name, whole in value.items():
        told = encoding.get(name) or {}
        several = whole if isinstance(whole, list) and "contentType" not in told else [whole]
        parts += [
            _part(boundary, name, item, str(told.get("contentType") or "")) for item in several
        ]
    end = f"--{boundary}--\r\n".encode()
    return f"{content_type}; boundary={boundary}", b"".join(parts) + end


def _part(boundary: str, name: str, value: Json | Upload, kinds: str) -> bytes:
    """`kinds` is the part's contentType: a type, or a list of those that it may have."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
    kind = kinds if kinds and not {",", "*"} & set(kinds) else ""
    if isinstance(value, Upload):
        head += f'; filename="{_quoted(value.filename)}"'
        kind, content = kind or value.content_type, value.content
    else:
        kind = kind or ("application/json" if isinstance(value, dict) else "")
        content = (exact.dumps(value) if "json" in kind else text_of(value)).encode()
    head += f"\r\nContent-Type: {kind}\r\n" if kind else "\r\n"
    return head.encode() + b"\r\n" + content + b"\r\n"


def _quoted(name: str) -> str:
    """A name in a header of a part, as browsers write it."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
