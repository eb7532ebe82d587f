"""Any value that a schema allows goes through its form unchanged."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ouro_web.lib.fields import build, exact, judge, read
from tests.lib.fields.test_reading import SHAPES, STEPS, asking

RELAX = {
    "type": "object",
    "properties": {
        "fmax": {"type": "number", "minimum": 0.001, "maximum": 0.5, "default": 0.05},
        "optimizer": {"enum": ["BFGS", "FIRE", 3, None, True]},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "supercell": {"type": "array", "items": {"type": "integer"}, "minItems": 3, "maxItems": 3},
        "species": {"type": "array", "items": {"type": "string"}},
        "steps": STEPS,
        "shape": SHAPES,
        "charges": {"type": "object", "additionalProperties": {"type": "number"}},
        "either": {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "boolean"}]},
        "kinds": {"type": "array", "items": {"enum": ["a", "b"]}},
        "free": {},
    },
    "required": ["species", "steps"],
    "additionalProperties": False,
}
TREE = {
    "$ref": "#/$defs/T",
    "$defs": {
        "T": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "left": {"anyOf": [{"$ref": "#/$defs/T"}, {"type": "null"}]},
            },
            "required": ["name"],
            "additionalProperties": {"type": "string"},
        }
    },
}
TEXTS = some.text(some.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=5)
NUMBERS = some.integers() | some.floats(allow_nan=False, allow_infinity=False)
FREE = some.recursive(
    some.none() | some.booleans() | NUMBERS | TEXTS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def values(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """Values that the schema allows; just the keywords that are used here."""
    if "$ref" in schema:
        return some.deferred(lambda: values(root["$defs"]["T"], root))
    if "const" in schema or "enum" in schema:
        return some.sampled_from(schema.get("enum") or [schema["const"]])
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return some.one_of([values(item, root) for item in schema[keyword]])
    made = BY_TYPE.get(schema.get("type", ""))
    return made(schema, root) if made else FREE


def objects(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    inner = {key: values(item, root) for key, item in schema.get("properties", {}).items()}
    needed = schema.get("required", [])
    known = some.fixed_dictionaries(
        {key: inner[key] for key in needed},
        optional={key: item for key, item in inner.items() if key not in needed},
    )
    extra = schema.get("additionalProperties")
    if not isinstance(extra, dict):
        return known
    keys = TEXTS.filter(lambda key: key not in inner)
    more = some.dictionaries(keys, values(extra, root), max_size=3)
    return some.builds(lambda one, other: {**other, **one}, known, more)


def arrays(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    least, most = schema.get("minItems", 0), schema.get("maxItems", 3)
    return some.lists(values(schema["items"], root), min_size=least, max_size=most)


def numbers(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    least, most = schema.get("minimum"), schema.get("maximum")
    return some.floats(least, most, allow_nan=False, allow_infinity=False)


BY_TYPE: dict[str, Any] = {
    "object": objects,
    "array": arrays,
    "number": numbers,
    "string": lambda schema, root: some.sampled_from(["Fe"]) if "pattern" in schema else TEXTS,
    "integer": lambda schema, root: some.integers(),
    "boolean": lambda schema, root: some.booleans(),
    "null": lambda schema, root: some.none(),
}


@pytest.mark.parametrize("schema", [RELAX, TREE])
@given(data=some.data())
def test_values_go_through_the_form(schema: dict[str, Any], data: Any):
    value = data.draw(values(schema, schema))
    asked = asking(schema)

    form = judge(asked, {}, read(asked, {}, build(asked, {}, {"body": value}).state))

    assert exact.same(form.document.get("body"), value)
    assert not form.problems
