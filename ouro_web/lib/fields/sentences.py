"""What is wrong with a value, in words that follow the name of its field."""

from collections.abc import Callable
from typing import Any

import jsonschema_rs as rs

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.shape import spelled

# Of several things wrong at one place, the first in this list is said.
ORDER = (
    "required", "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems",
    "uniqueItems", "minProperties", "maxProperties", "pattern", "format",
)  # fmt: skip

_TYPES = {
    "string": "text", "integer": "a whole number", "number": "a number", "null": "null",
    "boolean": "true or false", "object": "an object", "array": "a list",
}  # fmt: skip
FORMATS = {
    "date": "a date such as 2026-03-31",
    "time": "a time with its offset, such as 14:30:00Z",
    "date-time": "a date and time with its offset, such as 2026-03-31T14:30:00Z",
    "duration": "a duration such as PT30M",
    "email": "an e-mail address",
    "uri": "a full address such as https://example.org/a",
    "uuid": "a UUID",
    "ipv4": "an IPv4 address such as 192.0.2.1",
    "ipv6": "an IPv6 address",
    "hostname": "a host name",
    "json-pointer": "a JSON pointer such as /a/0",
    "regex": "a regular expression",
}
MAX_SHOWN = 60


def is_one_too_many(error: rs.ValidationError) -> bool:
    """An item after the places of a tuple that takes no more."""
    return error.kind.name == "falseSchema" and error.schema_path[-1:] == ["items"]


def sentence(error: rs.ValidationError) -> str:
    if is_one_too_many(error):
        return f"must have at most {_count(int(error.instance_path[-1]), 'item')}"
    told = error.kind.as_dict()
    say = _SAID.get(error.kind.name)
    return say(told, error.instance) if say else "is not allowed here"


def types(names: list[str]) -> str:
    return f"must be {_either([_TYPES.get(name, name) for name in sorted(names, key=_last_null)])}"


def _last_null(name: str) -> bool:
    return name == "null"


def needs(groups: list[list[str]]) -> str:
    """Any of these groups of keys would do."""
    words = [" and ".join(f"“{key}”" for key in keys) for keys in groups]
    return f"needs {_either(list(dict.fromkeys(words)))}"


def shown(value: exact.Json) -> str:
    text = exact.dumps(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def bound(value: exact.Json) -> str:
    """A limit; a whole one without the .0 that some generators of schemas write."""
    return shown(exact.without_point(value))


def _given(value: exact.Json) -> str:
    return f"(you gave {shown(value)})"


def _either(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def options(allowed: list[exact.Json], value: exact.Json) -> str:
    if len(allowed) > 8:
        return f"must be one of its {len(allowed)} options {_given(value)}"
    return f"must be {_either([spelled(item) for item in allowed])} {_given(value)}"


def _limit(words: str) -> Callable[[dict[str, Any], exact.Json], str]:
    return lambda told, value: f"must be {words} {bound(told['limit'])} {_given(value)}"


def _size(words: str, noun: str) -> Callable[[dict[str, Any], exact.Json], str]:
    return lambda told, value: f"must have {words} {_count(told['limit'], noun)}, has {len(value)}"


def _format(told: dict[str, Any], _: exact.Json) -> str:
    name = told["format"]
    return f"must be {FORMATS.get(name, f'a valid {name}')}"


_SAID: dict[str, Callable[[dict[str, Any], exact.Json], str]] = {
    "required": lambda told, value: "is required",
    "type": lambda told, value: f"{types(told['types'])} {_given(value)}",
    "enum": lambda told, value: options(told["options"], value),
    "const": lambda told, value: f"must be {shown(told['expected_value'])} {_given(value)}",
    "minimum": _limit("at least"),
    "maximum": _limit("at most"),
    "exclusiveMinimum": _limit("greater than"),
    "exclusiveMaximum": _limit("less than"),
    "multipleOf": lambda told, value: (
        f"must be a multiple of {shown(told['multiple_of'])} {_given(value)}"
    ),
    "minLength": _size("at least", "character"),
    "maxLength": _size("at most", "character"),
    "minItems": _size("at least", "item"),
    "maxItems": _size("at most", "item"),
    "minProperties": _size("at least", "entry"),
    "maxProperties": _size("at most", "entry"),
    "uniqueItems": lambda told, value: "must not hold the same item twice",
    "contains": lambda told, value: "does not hold an item of the kind it must hold",
    "pattern": lambda told, value: f"must match the pattern {told['pattern']} {_given(value)}",
    "format": _format,
    "not": lambda told, value: f"is excluded {_given(value)}",
    "falseSchema": lambda told, value: "must not be sent",
    "oneOf": lambda told, value: "fits more than one of its forms; make it fit exactly one",
    "anyOf": lambda told, value: "fits none of its forms",
    "additionalProperties": lambda told, value: "is not known here",
    "propertyNames": lambda told, value: f"has a key that {sentence(told['error'])}",
    "unevaluatedItems": lambda told, value: "has more items than allowed",
    "additionalItems": lambda told, value: "has more items than allowed",
    "backtrackLimitExceeded": lambda told, value: "takes too long to compare with its pattern",
}
