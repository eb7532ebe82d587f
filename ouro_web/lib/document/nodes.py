"""Looking into a document that somebody else wrote, whatever it holds."""

import re
from collections.abc import Mapping
from typing import Any

Node = dict[str, Any]

DEEPEST = 60

# What markdown cannot carry: control characters, and code points that are no characters.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")


def kind(node: Any) -> str:
    return str(node.get("type", "")) if isinstance(node, Mapping) else ""


def children(node: Any) -> list[Any]:
    content = node.get("content") if isinstance(node, Mapping) else None
    return content if isinstance(content, list) else []


def pruned(node: Any, depth: int = DEEPEST) -> Any:
    """Without what lies deeper than anybody nests, so that walking it is safe."""
    if not isinstance(node, Mapping):
        return node
    below = [pruned(child, depth - 1) for child in children(node)] if depth else []
    return {**node, "content": below}


def attribute(node: Any, name: str) -> Any:
    attributes = node.get("attrs") if isinstance(node, Mapping) else None
    return attributes.get(name) if isinstance(attributes, Mapping) else None


def words(node: Any, name: str) -> str:
    """An attribute as text, empty when it is missing."""
    value = attribute(node, name)
    return clean(str(value)) if isinstance(value, str | int | float) else ""


def whole(node: Any, name: str, *, least: int, most: int, default: int) -> int:
    value = attribute(node, name)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 12:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return default
    return min(max(value, least), most)


def text_of(node: Any) -> str:
    value = node.get("text") if isinstance(node, Mapping) else None
    return clean(value) if isinstance(value, str) else ""


def clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NO_TEXT.sub("\ufffd", text)


def plain(nodes: list[Any]) -> str:
    return "".join(text_of(node) or plain(children(node)) for node in nodes)
