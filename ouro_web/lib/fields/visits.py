"""How often a check would look at a value: the checker has no limit of its own, and a document of
thirty short schemas can make it look a billion times.

Counted without looking: each part of the schema that applies to a part of the value, as often as
it is reached. Forward and without recursion, so that the count itself is short.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import repeat
from typing import Any

from ouro_web.lib.fields.view import look_up

MOST = 2_000_000  # some seconds, of the checker's time
MOST_STEPS = 200_000  # of the count
MOST_AGAIN = 200  # of one part on one value, by different ways
_LISTS = ("allOf", "anyOf", "oneOf")
_HERE = ("not", "if", "then", "else")
_APPLIED = {
    *_LISTS, *_HERE, "$ref", "dependentSchemas", "properties", "patternProperties", "propertyNames",
    "additionalProperties", "unevaluatedProperties", "items", "prefixItems", "contains",
    "unevaluatedItems",
}  # fmt: skip

Pair = tuple[Any, Any]


def are_too_many(schema: Any, value: Any) -> bool:
    """Whether a check of this value would take longer than anybody waits."""
    if not isinstance(schema, dict):
        return False
    waiting: dict[tuple[int, int], tuple[Any, Any, int]] = {(0, 0): (schema, value, 1)}
    again: Counter[tuple[int, int]] = Counter()
    total = steps = 0
    while waiting:
        key = next(iter(waiting))
        part, inner, times = waiting.pop(key)
        steps += 1
        again[key] += 1
        if again[key] > MOST_AGAIN:
            return True  # a schema that is a part of itself has no end
        for found, reached in _reached(schema, part, inner):
            total += times
            if total > MOST or steps > MOST_STEPS:
                return True
            if isinstance(found, dict) and not _APPLIED.isdisjoint(found):
                place = (id(found), id(reached))
                before = waiting[place][2] if place in waiting else 0
                waiting[place] = (found, reached, before + times)
    return False


def _reached(root: Any, part: Any, value: Any) -> Iterator[Pair]:
    if isinstance(part.get("$ref"), str):
        yield look_up(root, part["$ref"]), value
    for word in _LISTS:
        if isinstance(part.get(word), list):
            yield from zip(part[word], repeat(value))
    for word in _HERE:
        if word in part:
            yield part[word], value
    dependent = part.get("dependentSchemas")
    yield from zip(dependent.values() if isinstance(dependent, dict) else (), repeat(value))
    if isinstance(value, dict):
        yield from _in_object(part, value)
    elif isinstance(value, list):
        yield from _in_list(part, value)


def _in_object(part: Any, value: dict[str, Any]) -> Iterator[Pair]:
    properties, patterns = part.get("properties"), part.get("patternProperties")
    known = properties if isinstance(properties, dict) else {}
    some = patterns if isinstance(patterns, dict) else {}
    for key, item in value.items():
        if key in known:
            yield known[key], item
        yield from zip(some.values(), repeat(item))
        for word in ("additionalProperties", "unevaluatedProperties"):
            if word in part and key not in known:
                yield part[word], item
        if "propertyNames" in part:
            yield part["propertyNames"], key


def _in_list(part: Any, value: list[Any]) -> Iterator[Pair]:
    first = part.get("prefixItems")
    first = first if isinstance(first, list) else []
    yield from zip(first, value, strict=False)
    for word, begins in (("items", len(first)), ("contains", 0), ("unevaluatedItems", len(first))):
        if word in part:
            yield from zip(repeat(part[word]), value[begins:])
