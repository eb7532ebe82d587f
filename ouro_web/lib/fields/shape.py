"""What one node of a schema is drawn as: its kind, and the schemas of what is in it.

Static: depends on the schema alone, never on a value. Children are shaped when they are needed, so
a recursive schema is drawn as deep as its value goes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.branches import Branch, alternatives, constants_of, suggestions
from ouro_web.lib.fields.engine import matches
from ouro_web.lib.fields.view import Schema, resolve, types

MAX_DEPTH = 12
MAX_TUPLE = 6
MAX_TICKS = 12  # more options than this become a list of selects

TEXTS = ("text", "long", "secret", "date", "date-time", "time")
NUMBERS = ("number", "integer")
SCALARS = (*TEXTS, *NUMBERS, "bool", "choice", "const", "null")


@dataclass(frozen=True, slots=True)
class Property:
    key: str
    schema: Any
    required: bool


@dataclass(frozen=True, slots=True)
class Shape:
    kind: str
    view: Schema
    nullable: bool = False
    options: tuple[exact.Json, ...] = ()
    labels: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = ()
    properties: tuple[Property, ...] = ()
    items: Any = None
    prefix: tuple[Any, ...] = ()
    extra: Any = None  # the schema of the values of a map; of a new row where keys tell them apart
    patterns: tuple[tuple[str, Any], ...] = ()  # schemas of the values by what their keys match
    others: Any = None  # that of the keys which match none of these
    more: Any = None  # the schema of what may follow the places of a tuple

    @property
    def of_rows(self) -> Any:
        """The schema of the rows that can be added."""
        if self.kind == "tuple":
            return self.more
        return self.items if self.extra is None else self.extra

    def of_key(self, key: str) -> Any:
        """The schema of the value in the row of this key."""
        if not key or not self.patterns:
            return self.extra
        found = [schema for pattern, schema in self.patterns if matches(pattern, key)]
        if len(found) > 1:
            return {"allOf": found}
        return found[0] if found else self.others


def shape_of(root: Schema, schema: Any, depth: int = 0) -> Shape:
    view, nullable, found = alternatives(root, resolve(root, schema))
    made = _shape(root, view, found, depth)
    if depth >= MAX_DEPTH and made.kind not in SCALARS:
        made = Shape("any", view)
    if made.kind in ("null", "any", "const") or (made.kind == "choice" and None in made.options):
        nullable = False
    return replace(made, nullable=nullable)


def _shape(root: Schema, view: Schema, found: list[Branch], depth: int) -> Shape:
    constants = constants_of(found)
    if constants is not None:
        return _constants_shape(view, constants)
    if suggested := suggestions(found):
        return Shape("text", view, suggestions=suggested)
    if found:
        return Shape("branch", view, branches=tuple(found))
    if "const" in view:
        return Shape("const", view, options=(view["const"],))
    if isinstance(view.get("enum"), list):
        return _constants_shape(view, [(item, "") for item in view["enum"]])
    kinds = types(view)
    kind = kinds[0] if len(kinds) == 1 else ""
    if depth >= MAX_DEPTH and kind in ("array", "object"):
        return Shape("any", view)  # and a list of such lists has an end
    return _by_type(root, view, kind)


def _constants_shape(view: Schema, constants: list[tuple[exact.Json, str]]) -> Shape:
    """An enum; labels from titles of constants, or from x-enum lists that generators write."""
    names = view.get("x-enum-varnames") or view.get("x-enumNames") or view.get("enumNames")
    names = names if isinstance(names, list) and len(names) == len(constants) else []
    labels = tuple(
        str(names[place]) if names else label or spelled(item)
        for place, (item, label) in enumerate(constants)
    )
    return Shape("choice", view, options=tuple(item for item, _ in constants), labels=labels)


def spelled(value: exact.Json) -> str:
    """A JSON value as an option's text: a text as it is, other values as JSON."""
    if isinstance(value, str):
        return value if value and value not in ("true", "false", "null") else exact.dumps(value)
    return exact.dumps(value)


def _by_type(root: Schema, view: Schema, kind: str) -> Shape:
    match kind:
        case "string":
            return Shape(_text_kind(view), view)
        case "number" | "integer":
            return Shape(kind, view)
        case "boolean":
            return Shape("bool", view, options=(True, False), labels=("true", "false"))
        case "null":
            return Shape("null", view, options=(None,))
        case "array":
            return _array(root, view)
        case "object":
            return _object(root, view)
    return Shape("any", view)


_BY_FORMAT = {
    "password": "secret", "date": "date", "date-time": "date-time", "time": "time",
    "binary": "long", "byte": "long", "textarea": "long", "markdown": "long", "html": "long",
}  # fmt: skip
SHORT_TEXT = 80


def _text_kind(view: Schema) -> str:
    """A one-line box would swallow line breaks, so only what cannot hold any gets one."""
    if view.get("writeOnly") is True:
        return "secret"
    if kind := _BY_FORMAT.get(str(view.get("format"))):
        return kind
    short = view.get("maxLength")
    short = isinstance(short, int) and short <= SHORT_TEXT
    return "text" if view.get("format") or view.get("pattern") or short else "long"


def _array(root: Schema, view: Schema) -> Shape:
    prefix, items = view.get("prefixItems"), view.get("items")
    if isinstance(prefix, list) and prefix:
        return Shape("tuple", view, prefix=tuple(prefix), more=_following(view, len(prefix)))
    if not isinstance(items, dict) or not items:
        return Shape("any", view)
    inner = shape_of(root, items, MAX_DEPTH)
    least, most = view.get("minItems"), view.get("maxItems")
    if (
        least == most
        and isinstance(least, int)
        and 1 < least <= MAX_TUPLE
        and (inner.kind in SCALARS)
    ):
        return Shape("tuple", view, prefix=(items,) * least, items=items)
    if inner.kind == "choice" and len(inner.options) <= MAX_TICKS and not inner.nullable:
        return Shape("choices", view, items=items, options=inner.options, labels=inner.labels)
    return Shape("list", view, items=items)


def _following(view: Schema, places: int) -> Any:
    items, most = view.get("items"), view.get("maxItems")
    full = isinstance(most, int) and most <= places
    return items if isinstance(items, dict) and items and not full else None


def _object(root: Schema, view: Schema) -> Shape:
    by_key = _by_key(view)
    properties = (*_properties(root, view), *_undeclared(view))
    if properties:
        return Shape("object", view, properties=properties, **by_key)
    if by_key and "properties" not in view:
        return Shape("map", view, **by_key)
    if view.get("additionalProperties") is False:
        return Shape("object", view)
    return Shape("any", view)


def _by_key(view: Schema) -> dict[str, Any]:
    """What rows under keys of one's own hold; nothing where such keys are not foreseen."""
    others, given = view.get("additionalProperties"), view.get("patternProperties")
    others = others if isinstance(others, dict) and others else None
    patterns = tuple(given.items()) if isinstance(given, dict) else ()
    if not patterns:
        return {"extra": others} if others else {}
    if len(patterns) > MAX_PATTERNS:
        return {}
    if len(patterns) == 1 and not others:
        return {"extra": patterns[0][1]} if patterns[0][1] else {}
    return {"extra": patterns[0][1], "patterns": patterns, "others": others or {}}


def _undeclared(view: Schema) -> Iterator[Property]:
    """Keys that must be there and that no property describes."""
    declared = view.get("properties")
    declared = declared if isinstance(declared, dict) else {}
    required = view.get("required")
    extra = view.get("additionalProperties")
    schema = extra if isinstance(extra, dict) else {}
    for key in required[:MAX_UNDECLARED] if isinstance(required, list) else ():
        if isinstance(key, str) and key not in declared and extra is not False:
            yield Property(key, schema, required=True)


MAX_UNDECLARED = 50
MAX_PATTERNS = 20


def _properties(root: Schema, view: Schema) -> Iterator[Property]:
    """In document order, deprecated ones last; readOnly and impossible ones are not asked."""
    found = view.get("properties")
    found = found if isinstance(found, dict) else {}
    required = view.get("required")
    required = set(required) if isinstance(required, list) else set()
    late: list[Property] = []
    for key, schema in sorted(found.items(), key=_order):
        child = resolve(root, schema) if len(found) <= MAX_RESOLVED else {}
        if schema is False or child.get("readOnly") is True:
            continue
        made = Property(key, schema, key in required)
        if child.get("deprecated") is True:
            late.append(made)
        else:
            yield made
    yield from late


MAX_RESOLVED = 1000


def _order(item: tuple[str, Any]) -> float:
    order = item[1].get("x-order") if isinstance(item[1], dict) else None
    return order if isinstance(order, int | float) else 1e9
