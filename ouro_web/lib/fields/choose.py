"""Which branch of a oneOf or anyOf a value belongs to, when nobody has said so yet."""

from collections.abc import Sequence

from ouro_web.lib.fields import engine, exact
from ouro_web.lib.fields.branches import Branch, tags
from ouro_web.lib.fields.view import Schema


def choose(root: Schema, branches: Sequence[Branch], value: exact.Json) -> int:
    """By tag, else the first that is valid without extra keys, else the nearest."""
    places = range(len(branches))
    tagged = [place for place in places if _tagged(root, branches[place].schema, value)]
    if len(tagged) == 1:
        return tagged[0]
    return min(tagged or places, key=lambda place: _distance(root, branches[place].schema, value))


def _tagged(root: Schema, view: Schema, value: exact.Json) -> bool:
    if not isinstance(value, dict):
        return False
    found = list(tags(root, view))
    return bool(found) and all(key in value and exact.same(value[key], tag) for key, tag in found)


def _distance(root: Schema, view: Schema, value: exact.Json) -> tuple[int, int]:
    properties = view.get("properties")
    extra = 0
    if isinstance(value, dict):
        known = properties if isinstance(properties, dict) else {}
        open_map = isinstance(view.get("additionalProperties"), dict)
        extra = 0 if open_map else len(value.keys() - known.keys())
    try:
        found = list(engine.errors(whole(root, view), value))
    except engine.CannotCheckError:
        return 1000, extra
    wrong_type = any(error.kind.name == "type" and not error.instance_path for error in found)
    return (100 if wrong_type else 0) + (10 if found else 0) + extra, len(found)


def whole(root: Schema, view: Schema) -> Schema:
    """A part of a document that can stand alone."""
    return {**view, "$defs": root.get("$defs", {})}


def fits(root: Schema, schema: Schema, value: exact.Json) -> bool:
    return engine.is_valid(whole(root, schema), value)
