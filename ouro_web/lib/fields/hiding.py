"""A document without its secrets: what is written only, or a password, is shown to nobody again."""

from collections.abc import Iterable
from typing import Any

from ouro_web.lib.fields.choose import choose
from ouro_web.lib.fields.exact import ABSENT, Absent, Json
from ouro_web.lib.fields.names import KEPT, State, drop, parts
from ouro_web.lib.fields.places import Document, Operation, area_schemas, root_of
from ouro_web.lib.fields.shape import MAX_DEPTH, Shape, shape_of
from ouro_web.lib.fields.tree import Field
from ouro_web.lib.fields.view import Schema


def without_secrets(
    operation: Operation, document: Document, instead: Json | Absent = ABSENT
) -> Document:
    """A copy; `instead` stands where a secret stood. The same document where there are none."""
    if not _knows_secrets(operation):
        return document
    schemas = area_schemas(operation, str(document.get("content_type") or ""))
    root = root_of(operation)
    opened = {
        area: _opened(root, schema, document[area], instead, 0)
        for area, (schema, _) in schemas.items()
        if area in document
    }
    for area, value in opened.items():
        opened[area] = None if isinstance(value, Absent) else value
    return {**document, **opened}


def keep(areas: Iterable[Field], state: State, document: Document) -> bool:
    """Let each secret field stand for what this document holds there, without showing it. Says
    whether there is any."""
    secrets = [item for area in areas for item in area.walk() if item.kind == "secret"]
    for item in secrets:
        if isinstance(held(document, item.pointer), str):
            drop(state, item.name)
            state[f"{item.name}~s"] = [f"{KEPT}{item.pointer}"]
    return any(name.endswith("~s") and KEPT in values[-1] for name, values in state.items())


def held(document: Document | None, at: str) -> Json | Absent:
    """What stands at a pointer into a document."""
    value: Any = document
    for part in parts(at):
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return ABSENT
    return ABSENT if value is document else value


def _knows_secrets(part: Any) -> bool:
    """Most operations have none, and then a long list need not be walked."""
    if isinstance(part, dict):
        if part.get("writeOnly") is True or part.get("format") == "password":
            return True
        return any(map(_knows_secrets, part.values()))
    return isinstance(part, list | tuple) and any(map(_knows_secrets, part))


def _opened(
    root: Schema, schema: Any, value: Json, instead: Json | Absent, depth: int
) -> Json | Absent:
    shape = shape_of(root, schema, depth)
    if value is None:
        return None
    if shape.view.get("writeOnly") is True or shape.kind == "secret":
        return instead
    if depth > MAX_DEPTH:
        return value
    if shape.branches:
        chosen = shape.branches[choose(root, shape.branches, value)]
        return _opened(root, chosen.schema, value, instead, depth + 1)
    if isinstance(value, dict):
        found = {
            key: _opened(root, _of_key(shape, key), item, instead, depth + 1)
            for key, item in value.items()
        }
        return {key: item for key, item in found.items() if item is not ABSENT}
    if isinstance(value, list):
        found_items = [
            _opened(root, _of_place(shape, place), item, instead, depth + 1)
            for place, item in enumerate(value)
        ]
        return ["" if item is ABSENT else item for item in found_items]
    return value


def _of_key(shape: Shape, key: str) -> Any:
    declared = (child.schema for child in shape.properties if child.key == key)
    return next(declared, None) or shape.of_key(key) or {}


def _of_place(shape: Shape, place: int) -> Any:
    return shape.prefix[place] if place < len(shape.prefix) else shape.items or {}
