"""Schemas that nobody wrote: whatever a drawn schema of the design's subset asks and whatever value
is given to it, the form carries the value unchanged, twice and through its JSON view, and refuses
it exactly when a second validator does.

The strategies are our own: hypothesis-jsonschema stops at objects with the hypothesis of today.
"""

from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as some

from ouro_web.lib.fields import build, check, exact, judge, read
from tests.lib.fields.test_reading import asking

TEXTS = some.sampled_from(
    ["", "a", "aa", "bcd", " ", "\n", "a\r", "5", "null", "x-1", "2026-03-31"]
)
WHOLE = some.integers(-3, 8) | some.just(2**53 + 1)
NUMBERS = WHOLE | some.sampled_from([0.5, -2.25, 1e20])
PLAIN = some.none() | some.booleans() | NUMBERS | TEXTS
JSON = some.recursive(
    PLAIN,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=4,
)
KEYS = some.sampled_from(["a", "b", "kind", "a/b", "~s", "", "r1", "x-1"])
DEFINITIONS = {
    "Node": {
        "type": "object",
        "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/$defs/Node"}},
        "additionalProperties": False,
    },
    "List": {"type": "array", "items": {"$ref": "#/$defs/List"}},
    "Short": {"type": "string", "maxLength": 2},
}


def limits(words: tuple[str, ...], numbers: Any) -> Any:
    return some.fixed_dictionaries({}, optional=dict.fromkeys(words, numbers))


def typed(kind: str, more: Any) -> Any:
    return some.builds(lambda told: {"type": kind, **told}, more)


SCALARS = some.one_of(
    typed("integer", limits(("minimum", "maximum", "exclusiveMinimum"), some.integers(-3, 8))),
    typed("integer", some.builds(lambda step: {"multipleOf": step}, some.integers(1, 3))),
    typed("number", limits(("minimum", "exclusiveMaximum"), some.integers(-3, 8))),
    typed("string", limits(("minLength", "maxLength"), some.integers(0, 3))),
    typed("string", some.sampled_from([{"pattern": "^a"}, {"pattern": "b|c"}, {"format": "date"}])),
    some.just({"type": "boolean"}),
    some.just({"type": ["string", "integer", "null"]}),
    some.builds(lambda options: {"enum": options}, some.lists(PLAIN, min_size=1, max_size=4)),
    some.builds(lambda value: {"const": value}, JSON),
    some.builds(lambda value: {"type": "string", "not": {"const": value}}, TEXTS),
    some.sampled_from([{"$ref": f"#/$defs/{name}"} for name in DEFINITIONS]),
    some.just({}),
)


def lists(inner: Any) -> Any:
    size = limits(("minItems", "maxItems"), some.integers(0, 3))
    plain = some.builds(
        lambda items, told, unique: {"items": items, "uniqueItems": unique, **told},
        inner, size, some.booleans(),
    )  # fmt: skip
    tuples = some.builds(
        lambda first, told: {"prefixItems": first, **told},
        some.lists(inner, min_size=1, max_size=3),
        some.fixed_dictionaries({}, optional={"items": inner | some.just(False)}),
    )
    contained = some.builds(lambda items, one: {"items": items, "contains": one}, inner, inner)
    return typed("array", plain | tuples | contained)


def objects(inner: Any) -> Any:
    more = some.fixed_dictionaries(
        {"properties": some.dictionaries(KEYS, inner, max_size=3)},
        optional={
            "required": some.lists(KEYS, max_size=2, unique=True),
            "additionalProperties": some.booleans() | inner,
            "patternProperties": some.dictionaries(some.sampled_from(["^x-", "a"]), inner),
            "minProperties": some.integers(0, 2),
            "dependentRequired": some.just({"a": ["b"]}),
            "propertyNames": some.just({"maxLength": 3}),
        },
    )
    maps = some.builds(lambda values: {"additionalProperties": values}, inner)
    return typed("object", more | maps)


def choices(inner: Any) -> Any:
    several = some.lists(inner, min_size=2, max_size=3)
    word = some.sampled_from(["anyOf", "oneOf"])
    nullable = some.builds(lambda how, one: {how: [one, {"type": "null"}]}, word, inner)
    either = some.builds(lambda how, branches: {how: branches}, word, several)
    both = some.builds(
        lambda parts: {"allOf": parts}, some.lists(objects(inner), max_size=2, min_size=1)
    )
    when = some.builds(
        lambda test, then: {"type": "object", "if": {"required": ["a"]}, "then": then, **test},
        some.builds(lambda a: {"properties": {"a": a}}, inner), objects(inner),
    )  # fmt: skip
    return nullable | either | both | when


SCHEMAS = some.recursive(
    SCALARS, lambda inner: lists(inner) | objects(inner) | choices(inner), max_leaves=5
)


@some.composite
def values(draw: Any, schema: Any, depth: int = 0) -> Any:
    """Something near to what the schema asks, right or wrong."""
    if not isinstance(schema, dict) or depth > 4 or draw(some.integers(0, 9)) == 9:
        return draw(JSON)
    if "$ref" in schema:
        return draw(values(DEFINITIONS[schema["$ref"].rpartition("/")[2]], depth + 1))
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return draw(values(draw(some.sampled_from(schema[word])), depth + 1))
    if "const" in schema or "enum" in schema:
        return draw(some.sampled_from(schema.get("enum") or [schema["const"]]))
    if schema.get("type") == "object":
        return draw(near_objects(schema, depth))
    if schema.get("type") == "array":
        first = [draw(values(item, depth + 1)) for item in schema.get("prefixItems", [])]
        rest = values(schema.get("items", {}), depth + 1)
        return first[: draw(some.integers(0, 3))] + draw(some.lists(rest, max_size=2))
    kinds = {"string": TEXTS, "integer": WHOLE, "number": NUMBERS, "boolean": some.booleans()}
    return draw(kinds.get(str(schema.get("type")), PLAIN))


@some.composite
def near_objects(draw: Any, schema: Any, depth: int) -> Any:
    known = {**schema.get("then", {}).get("properties", {}), **schema.get("properties", {})}
    made = {
        key: draw(values(item, depth + 1))
        for key, item in known.items()
        if key in schema.get("required", []) or draw(some.booleans())
    }
    other = schema.get("additionalProperties")
    if isinstance(other, dict) or draw(some.integers(0, 4)) == 4:
        made |= draw(some.dictionaries(KEYS, values(other, depth + 1), max_size=2))
    return made


DRAWN = SCHEMAS.flatmap(lambda schema: some.tuples(some.just(schema), values(schema)))


@settings(max_examples=150)
@given(drawn=DRAWN)
def test_what_is_drawn_is_carried_and_judged_alike(drawn: Any):
    inner, value = drawn
    schema = {"type": "object", "properties": {"v": inner}, "required": ["v"], "$defs": DEFINITIONS}
    asked, document = asking(schema), {"body": {"v": value}}

    form = judge(asked, {}, read(asked, {}, build(asked, {}, document).state))
    as_json = read(asked, {}, form.state, "view:json")
    again = read(asked, {}, as_json.state, "view:form")

    for each in (form, as_json, again):
        assert exact.same(each.document["body"], document["body"])
    second = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    is_right = second.is_valid(document["body"])
    assert bool(form.problems) != is_right, form.problems
    assert bool(check(asked, {}, document)) != is_right
    if not is_right:
        assert form.summary
