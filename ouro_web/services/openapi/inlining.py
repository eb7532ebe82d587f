"""A schema in one piece, for readers that follow no references."""

from collections.abc import Iterator
from typing import Any

MOST_PARTS = 5000  # what refers to one thing often would grow without end
PREFIX = "#/$defs/"
# What stands here are values and not schemas.
_VALUES = ("default", "const", "enum", "examples", "example")


def inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """References replaced by what they name; inside itself a schema is only named again."""
    return _inlined(schema, definitions, (), iter(range(MOST_PARTS)))


def _inlined(
    node: Any, definitions: dict[str, Any], within: tuple[str, ...], left: Iterator[int]
) -> Any:
    if isinstance(node, list):
        return [_inlined(item, definitions, within, left) for item in node]
    if not isinstance(node, dict):
        return node
    if next(left, None) is None:
        return {}
    reference = node.get("$ref")
    if isinstance(reference, str):
        name = reference.removeprefix(PREFIX)
        target = definitions.get(name)
        beside = {key: value for key, value in node.items() if key != "$ref"}
        if name in within or not isinstance(target, dict):
            return {"title": name, **beside}
        return _inlined({**target, **beside}, definitions, (*within, name), left)
    return {
        key: value if key in _VALUES else _inlined(value, definitions, within, left)
        for key, value in node.items()
    }
