"""Fields of a JSON body that seem to stand for a file: an address, its bytes as text, or an object
of its own. Bodies that hold files themselves declare them by their type and need no guess."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ouro_web.services.openapi.contents import is_json
from ouro_web.services.openapi.hints import plain

_NAME = re.compile(
    r"(^|_)(file|files|image|img|picture|photo|mask|audio|video|song|document|doc|pdf|attachment|"
    r"structure|mesh|geometry|cif|xyz|csv|table|dataset|upload|input_file|media)(_|$)"
)
_ADDRESS = re.compile(r"_?(url|uri|link|path)$")
_FILTERS = {
    "image": "image", "img": "image", "picture": "image", "photo": "image", "mask": "image",
    "audio": "audio", "song": "audio", "video": "video", "pdf": "pdf", "mesh": "3d model",
    "structure": "atomic structure",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileLike:
    """`sent_as` is url or base64; empty for an object that says what the file is."""

    name: str
    label: str
    sent_as: str
    filter: str


def files_in(operation: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, FileLike]:
    """By the name of the field, but for those that are declared already."""
    body = next((item for item in operation["bodies"] if is_json(item["content_type"])), None)
    if body is None:
        return {}
    definitions = operation["$defs"]
    properties = plain(body["schema"], definitions).get("properties")
    taken = {str(item.get("body_path") or name).split(".")[0] for name, item in declared.items()}
    found = {}
    for name, schema in properties.items() if isinstance(properties, dict) else ():
        sent_as = _sent_as(name, plain(schema, definitions))
        if sent_as is not None and name not in taken:
            found[name] = FileLike(name, _label(name), sent_as, _filter(name))
    return found


def _sent_as(name: str, schema: dict[str, Any]) -> str | None:
    words = _words(name)
    kind = schema.get("type")
    kinds = set(kind if isinstance(kind, list) else [kind]) - {"null"}
    if kinds == {"string"} and "enum" not in schema and "const" not in schema:
        if schema.get("contentEncoding") == "base64" or schema.get("format") in ("byte", "base64"):
            return "base64"
        address = schema.get("format") in ("uri", "url") or _ADDRESS.search(words)
        return "url" if address and _NAME.search(_ADDRESS.sub("", words)) else None
    if kinds == {"object"} and _NAME.search(words):
        inner = schema.get("properties")
        return "" if not inner or {"url", "data", "content"} & set(inner) else None
    return None


def _words(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())


def _label(name: str) -> str:
    words = _words(_ADDRESS.sub("", _words(name)) or name).replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _filter(name: str) -> str:
    found = _NAME.search(_ADDRESS.sub("", _words(name)))
    return _FILTERS.get(found[2], "") if found else ""
