"""YAML read as JSON would be: `no` stays a text, `012` too, dates are texts, keys are texts.

Built from the parser's events and not by its constructor: nothing recurses, so a deep
document cannot exhaust the stack, and an alias is paid for at its full size, so that a
document of a few lines cannot unfold into a gigabyte.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from ouro_web.services.openapi.problems import DocumentError

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,4000})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_TEXT_TAG = "tag:yaml.org,2002:str"
_MISSING = object()


@dataclass(slots=True)
class _Node:
    value: Any
    size: int = 1
    depth: int = 1
    anchor: str | None = None
    key: Any = _MISSING
    merged: list[dict[str, Any]] = field(default_factory=list)


def read_yaml(text: str, *, max_nodes: int, max_depth: int) -> Any:
    """Raises DocumentError."""
    try:
        return _Reader(max_nodes, max_depth).read(text)
    except yaml.YAMLError as error:
        raise DocumentError(f"The YAML cannot be read: {_words(error)}.") from None


class _Reader:
    def __init__(self, max_nodes: int, max_depth: int) -> None:
        self.max_nodes, self.max_depth = max_nodes, max_depth
        self.stack: list[_Node] = []
        self.anchors: dict[str, _Node] = {}
        self.nodes = 0
        self.root: _Node | None = None

    def read(self, text: str) -> Any:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.ScalarEvent):
                self.add(_Node(_scalar(event), anchor=event.anchor), _plain(event))
            elif isinstance(event, yaml.MappingStartEvent):
                self.open({}, event)
            elif isinstance(event, yaml.SequenceStartEvent):
                self.open([], event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.close()
            elif isinstance(event, yaml.AliasEvent):
                self.add(self.alias(event))
            elif isinstance(event, yaml.DocumentStartEvent) and self.root:
                raise DocumentError("The file holds several YAML documents; give one of them.")
        return self.root.value if self.root else None

    def open(self, empty: Any, event: Any) -> None:
        self.stack.append(_Node(empty, anchor=event.anchor))
        if len(self.stack) > self.max_depth:
            raise DocumentError(
                f"The document is nested deeper than {self.max_depth} levels (line {_line(event)})."
            )

    def close(self) -> None:
        node = self.stack.pop()
        for merged in node.merged:
            for key, value in merged.items():
                node.value.setdefault(key, value)
        self.add(node)

    def alias(self, event: Any) -> _Node:
        known = self.anchors.get(event.anchor)
        if known is None:
            raise DocumentError(
                f"The alias *{event.anchor} in line {_line(event)} stands inside its own value "
                "or has none."
            )
        return _Node(known.value, known.size, known.depth)

    def add(self, node: _Node, plain: str | None = None) -> None:
        """`plain` is an unquoted scalar as written, which a key keeps."""
        if node.anchor:
            self.anchors[node.anchor] = _Node(node.value, node.size, node.depth)
        self.nodes += node.size
        if not self.stack:
            self.root = node
        elif isinstance(self.stack[-1].value, list):
            self.stack[-1].value.append(node.value)
            self.grow(node)
        elif self.stack[-1].key is _MISSING:
            self.stack[-1].key = self.key(node, plain)
        else:
            self.entry(node)

    def key(self, node: _Node, plain: str | None) -> str:
        key = node.value if plain is None else plain
        if not isinstance(key, str):
            raise DocumentError("A key in the YAML is a list or an object; keys must be texts.")
        if key in self.stack[-1].value:
            raise DocumentError(f"The key “{key}” stands twice in one object; one of them is lost.")
        return key

    def entry(self, node: _Node) -> None:
        parent = self.stack[-1]
        if parent.key == "<<" and isinstance(node.value, dict | list):
            several = node.value if isinstance(node.value, list) else [node.value]
            parent.merged.extend(item for item in several if isinstance(item, dict))
        else:
            parent.value[parent.key] = node.value
        parent.key = _MISSING
        self.grow(node)

    def grow(self, node: _Node) -> None:
        parent = self.stack[-1]
        parent.size += node.size
        parent.depth = max(parent.depth, node.depth + 1)
        if parent.size > self.max_nodes or self.nodes > 4 * self.max_nodes:
            raise DocumentError(f"The document unfolds to more than {self.max_nodes:,} parts.")
        if parent.depth > self.max_depth:
            raise DocumentError(f"The document is nested deeper than {self.max_depth} levels.")


def _plain(event: Any) -> str | None:
    return event.value if event.implicit[0] else None


def _scalar(event: Any) -> Any:
    text = event.value
    if not event.implicit[0] and event.tag in (None, "!", _TEXT_TAG):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NOT_A_NUMBER.fullmatch(text):
        raise DocumentError(f"{text} in line {_line(event)} is not a number in JSON.")
    return _float(text) if _FLOAT.fullmatch(text) else text


def _float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise DocumentError(f"The number {text[:40]} is too large.")
    return value


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _words(error: yaml.YAMLError) -> str:
    """The parser's own words, without its name for the stream."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return str(error).partition("\n")[0]
    mark = error.problem_mark
    return f"{error.problem} in line {mark.line + 1}, column {mark.column + 1}"
