"""A document -> the names and values a form would post for it. The inverse of `read`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.choose import choose
from ouro_web.lib.fields.exact import ABSENT, Absent, Json
from ouro_web.lib.fields.names import State, escape
from ouro_web.lib.fields.shape import MAX_DEPTH, NUMBERS, SCALARS, TEXTS, Shape, shape_of
from ouro_web.lib.fields.view import Schema


@dataclass(slots=True)
class Filler:
    """Writes values into `state`. What the fields cannot express goes into a JSON box."""

    root: Schema
    state: State = field(default_factory=dict)

    def fill(self, schema: object, name: str, value: Json | Absent, depth: int = 0) -> None:
        if isinstance(value, Absent):
            return
        shape = shape_of(self.root, schema, depth)
        if value is None and shape.nullable:
            self.state[null_name(shape, name)] = ["null"]
        elif not self._filled(shape, name, value, depth):
            self._raw(shape, name, value)

    def _filled(self, shape: Shape, name: str, value: Json, depth: int) -> bool:
        if shape.kind in SCALARS:
            return self._scalar(shape, name, value)
        if shape.kind == "branch":
            return self._branch(shape, name, value, depth)
        if shape.kind in ("object", "map"):
            return isinstance(value, dict) and self._object(shape, name, value, depth)
        if shape.kind == "choices" and self._ticks(shape, name, value):
            return True
        if shape.kind in ("list", "choices"):
            return isinstance(value, list) and self._list(shape, name, value, depth)
        return shape.kind == "tuple" and self._tuple(shape, name, value, depth)

    def _scalar(self, shape: Shape, name: str, value: Json) -> bool:
        if shape.kind in TEXTS:
            return self._text(name, value)
        if shape.kind in NUMBERS:
            return self._number(name, value)
        if shape.kind in ("bool", "choice"):
            return self._option(shape, name, value)
        self.state[f"{name}~s"] = ["value"]
        return exact.same(shape.options[0], value)

    def _raw(self, shape: Shape, name: str, value: Json) -> None:
        for key in [key for key in self.state if key.startswith((f"{name}~", f"{name}/"))]:
            del self.state[key]
        self.state.pop(name, None)
        if shape.kind != "any":
            self.state[f"{name}~m"] = ["raw"]
        self.state[f"{name}~j"] = [exact.dumps(value, indent=2)]

    def _text(self, name: str, value: Json) -> bool:
        if not isinstance(value, str) or any(sign in value for sign in "\r\0"):
            return False  # a browser turns a lone CR into LF
        self.state[name] = [value]
        if not value:
            self.state[f"{name}~s"] = ["value"]
        return True

    def _number(self, name: str, value: Json) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
            return False
        if isinstance(value, str) and (not value.strip() or _is_number(value)):
            return False  # the text "5" would come back as the number 5
        self.state[name] = [
            value if isinstance(value, str) else exact.dumps(exact.without_point(value))
        ]
        return True

    def _option(self, shape: Shape, name: str, value: Json) -> bool:
        for place, option in enumerate(shape.options):
            if exact.same(option, value):
                self.state[name] = [str(place)]
                return True
        return False

    def _branch(self, shape: Shape, name: str, value: Json, depth: int) -> bool:
        place = choose(self.root, shape.branches, value)
        self.fill(shape.branches[place].schema, name, value, depth + 1)
        if f"{name}~b" in self.state:
            return False  # a choice in a choice: one name cannot say both
        self.state[f"{name}~b"] = [str(place)]
        return True

    def _object(self, shape: Shape, name: str, value: dict[str, Json], depth: int) -> bool:
        self.state[f"{name}~s"] = ["value"]
        rest = dict(value)
        for child in shape.properties:
            if child.key in rest:
                inner = f"{name}/{escape(child.key)}"
                self.fill(child.schema, inner, rest.pop(child.key), depth + 1)
        if rest and shape.extra is not None:
            self._rows(
                shape, name, [(shape.of_key(key), item) for key, item in rest.items()], depth
            )
            for row, key in enumerate(rest, 1):
                self.state[row_name(shape, name, f"r{row}") + "~k"] = [key]
        elif rest:
            self.state[f"{name}~j"] = [exact.dumps(rest, indent=2)]
        return True

    def _ticks(self, shape: Shape, name: str, value: Json) -> bool:
        """Ticks cannot say an order or a repeat; rows can."""
        if not isinstance(value, list):
            return False
        places = [
            next((at for at, option in enumerate(shape.options) if exact.same(option, item)), -1)
            for item in value
        ]
        if places != sorted(set(places)) or -1 in places:
            return False
        self.state[f"{name}~s"] = ["value"]
        self.state[name] = [str(place) for place in places]
        return True

    def _list(self, shape: Shape, name: str, value: list[Json], depth: int) -> bool:
        self.state[f"{name}~s"] = ["value"]
        if shape.kind == "choices":
            self.state[f"{name}~m"] = ["rows"]
        self._rows(shape, name, [(shape.of_rows, item) for item in value], depth)
        return True

    def _rows(self, shape: Shape, name: str, items: list[tuple[Any, Json]], depth: int) -> None:
        """Each with its schema."""
        self.state[f"{name}~r"] = [f"r{row}" for row in range(1, len(items) + 1)]
        for row, (schema, value) in enumerate(items, 1):
            self.fill(schema, row_name(shape, name, f"r{row}"), value, depth + 1)

    def _tuple(self, shape: Shape, name: str, value: Json, depth: int) -> bool:
        places = len(shape.prefix)
        if not isinstance(value, list) or (len(value) > places and shape.more is None):
            return False
        self.state[f"{name}~s"] = ["value"]
        for place, item in enumerate(value[:places]):
            self.fill(shape.prefix[place], f"{name}/{place}", item, depth + 1)
        if value[places:]:
            self._rows(shape, name, [(shape.of_rows, item) for item in value[places:]], depth)
        return True


def null_name(shape: Shape, name: str) -> str:
    """Where a node says that it is null: beside the box, or as one more option."""
    if shape.kind in ("bool", "choice"):
        return name
    return f"{name}~b" if shape.kind == "branch" else f"{name}~s"


def row_name(shape: Shape, name: str, row: str) -> str:
    """Rows beside fields are set apart, for a field may be called r1 too."""
    return f"{name}/~{row}" if shape.properties else f"{name}/{row}"


def _is_number(text: str) -> bool:
    try:
        exact.number(text)
    except ValueError:
        return False
    return True


MOST_DEFAULTS = 2000  # fields; what is required of what is required multiplies


def defaults(root: Schema, schema: object, *, required: bool, depth: int = 0) -> Json | Absent:
    """What a fresh form opens with: defaults once, and the frame of what is required."""
    return _defaults(root, schema, iter(range(MOST_DEFAULTS)), required=required, depth=depth)


def _defaults(
    root: Schema, schema: object, budget: Iterator[int], *, required: bool, depth: int
) -> Json | Absent:
    if next(budget, None) is None:
        return ABSENT
    shape = shape_of(root, schema, depth)
    if "default" in shape.view:
        given: Json = shape.view["default"]
        return ABSENT if given is None and not required else given
    if shape.kind in ("const", "null") and required:
        return shape.options[0]
    if shape.kind == "object" and required and depth < MAX_DEPTH:
        made = {
            child.key: _defaults(
                root, child.schema, budget, required=child.required, depth=depth + 1
            )
            for child in shape.properties
        }
        return {key: value for key, value in made.items() if not isinstance(value, Absent)}
    if shape.kind in ("list", "map", "choices") and required:
        return {} if shape.kind == "map" else []
    return ABSENT
