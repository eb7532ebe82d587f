"""The body of a document -> bytes, by its content type."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.exact import Json
from ouro_web.lib.fields.places import Document, Operation, body_of
from ouro_web.lib.fields.styles import Pairs, styled, text_of

# One value of JSON on each line.
JSON_LINES = (
    "application/jsonl",
    "application/x-ndjson",
    "application/ndjson",
    "application/x-jsonlines",
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in the place of a value: a part of a form, or a whole body."""

    filename: str
    content_type: str
    content: bytes


def encoded_body(operation: Operation, document: Document) -> tuple[str, bytes | None]:
    """The content type, and the bytes; None for no body."""
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
        yield from styled(told, name, value)
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
