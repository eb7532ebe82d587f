"""A schema as one flat dict to draw from: `$ref` followed, `allOf` and siblings united.

The view is for drawing only. What cannot be united is left out of it; the original schema judges.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from ouro_web.lib.fields import exact, names

Schema = dict[str, Any]

MAX_PARTS = 200  # a hostile document could unite without end

_LARGER_WINS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_SMALLER_WINS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_CONDITIONAL = ("then", "else")


def resolve(root: Schema, schema: Any) -> Schema:
    """The view of one node. Its children are still schemas of their own."""
    return _resolve(root, schema, iter(range(MAX_PARTS)))


def _resolve(root: Schema, schema: Any, budget: Iterator[int]) -> Schema:
    if not isinstance(schema, dict):
        return {"not": {}} if schema is False else {}
    if next(budget, None) is None:
        return {}
    own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "$defs")}
    united = own
    for part in _parts(root, schema):
        united = merge(_resolve(root, part, budget), united)
    return _with_conditional(root, united, budget)


def _parts(root: Schema, schema: Schema) -> Iterator[Any]:
    """In the order in which they are laid under what the schema itself says."""
    every = schema.get("allOf")
    yield from reversed(every) if isinstance(every, list) else ()
    if isinstance(schema.get("$ref"), str):
        yield look_up(root, schema["$ref"])


def look_up(root: Schema, reference: str) -> Any:
    """Only references into this document; any other is drawn as a free value."""
    if not reference.startswith("#"):
        return {}
    node: Any = root
    for part in names.parts(unquote(reference[1:])):
        if isinstance(node, list) and part.isdecimal() and int(part) < len(node):
            node = node[int(part)]
        elif isinstance(node, dict) and part in node:
            node = node[part]
        else:
            return {}
    return node


def merge(under: Schema, over: Schema) -> Schema:
    """Both must hold. Words of `over` win; limits get narrower."""
    united = {**under, **over}
    for key in under.keys() & over.keys():
        united[key] = _both(key, under[key], over[key])
    return united


def _both(key: str, one: Any, other: Any) -> Any:
    if key == "properties" and isinstance(one, dict) and isinstance(other, dict):
        return _both_properties(one, other)
    if key == "required" and isinstance(one, list) and isinstance(other, list):
        return list(dict.fromkeys([*one, *other]))
    if key == "enum" and isinstance(one, list) and isinstance(other, list):
        return [item for item in other if any(exact.same(item, kept) for kept in one)]
    if key == "type":
        return _both_types(one, other)
    if key in _LARGER_WINS and _numbers(one, other):
        return max(one, other)
    if key in _SMALLER_WINS and _numbers(one, other):
        return min(one, other)
    return other


def _both_properties(one: Schema, other: Schema) -> Schema:
    shared = one.keys() & other.keys()
    return {
        **one,
        **other,
        **{key: {"allOf": [one[key], other[key]]} for key in shared if one[key] != other[key]},
    }


def _both_types(one: Any, other: Any) -> Any:
    ones, others = types({"type": one}), types({"type": other})
    kept = [item for item in others if item in ones or (item == "integer" and "number" in ones)]
    if not kept and "integer" in ones and "number" in others:
        kept = ["integer"]
    return kept[0] if len(kept) == 1 else kept or other


def _numbers(one: Any, other: Any) -> bool:
    return all(
        isinstance(item, int | float) and not isinstance(item, bool) for item in (one, other)
    )


def _with_conditional(root: Schema, view: Schema, budget: Iterator[int]) -> Schema:
    """Fields that only a condition asks for are drawn, as optional ones."""
    asked = [view[key] for key in _CONDITIONAL if isinstance(view.get(key), dict)]
    dependent = view.get("dependentSchemas")
    asked += (
        [item for item in dependent.values() if isinstance(item, dict)]
        if isinstance(dependent, dict)
        else []
    )
    for part in asked:
        found = _resolve(root, part, budget).get("properties")
        if isinstance(found, dict):
            view = {**view, "properties": {**found, **view.get("properties", {})}}
    return view


def tagged(view: Schema, *, required: bool) -> Schema:
    """A choice with a discriminator, each of its branches narrowed to the values that mean it:
    the word alone checks nothing, and without it a value may fit several branches."""
    discriminator = view.get("discriminator")
    if not isinstance(discriminator, dict) or not isinstance(discriminator.get("mapping"), dict):
        return view
    if not isinstance(discriminator.get("propertyName"), str):
        return view
    made = dict(view)
    for word in ("oneOf", "anyOf"):
        if isinstance(view.get(word), list):
            made[word] = [_narrowed(item, discriminator, required=required) for item in view[word]]
    return made


def _narrowed(branch: Any, discriminator: Schema, *, required: bool) -> Any:
    reference = branch.get("$ref") if isinstance(branch, dict) else None
    values = [value for value, to in discriminator["mapping"].items() if to == reference]
    name, other = discriminator["propertyName"], discriminator.get("defaultMapping")
    if other is not None and other == reference:
        return {"allOf": [branch, {"not": _means(name, _others(discriminator, reference))}]}
    if not values:
        return branch
    # Where nothing said means one branch too, the others have to be said.
    narrow = _means(name, values)
    return {
        "allOf": [branch, narrow if required or other else {"properties": narrow["properties"]}]
    }


def _others(discriminator: Schema, reference: Any) -> list[str]:
    return [value for value, to in discriminator["mapping"].items() if to != reference]


def _means(name: str, values: list[str]) -> Schema:
    limit = {"const": values[0]} if len(values) == 1 else {"enum": values}
    return {"properties": {name: limit}, "required": [name]}


def types(view: Schema) -> list[str]:
    """The types a view allows; guessed from its keywords when it names none."""
    named = view.get("type")
    if isinstance(named, str):
        return [named]
    if isinstance(named, list):
        return [item for item in named if isinstance(item, str)]
    return [guess] if (guess := _guessed(view)) else []


_TELLING = {
    "object": ("properties", "required", "additionalProperties", "patternProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
    "string": ("pattern", "minLength", "maxLength", "format", "contentEncoding"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


def _guessed(view: Schema) -> str:
    return next((kind for kind, keys in _TELLING.items() if any(key in view for key in keys)), "")
