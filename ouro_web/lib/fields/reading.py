"""What a form posted -> the document, the tree of fields, and what could not be read.

The walk follows the schema, never the post: unknown names are ignored and nothing posted can make
depth. What was typed stays in the tree as it was typed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ouro_web.lib.fields import controls, exact, names
from ouro_web.lib.fields.exact import ABSENT, Absent, Json
from ouro_web.lib.fields.fill import row_name
from ouro_web.lib.fields.hiding import held
from ouro_web.lib.fields.names import State, escape, one
from ouro_web.lib.fields.places import Document
from ouro_web.lib.fields.shape import NUMBERS, shape_of
from ouro_web.lib.fields.switching import switch
from ouro_web.lib.fields.tree import Field, Option, Problem
from ouro_web.lib.fields.view import Schema
from ouro_web.lib.fields.words import each_hint, hint, pattern, type_words

MAX_ROWS = 500
MAX_CONTROLS = 2000
IN_LINE = (*NUMBERS, "text", "long", "date", "date-time", "time", "bool", "choice")
_ROW = re.compile(r"r[1-9]\d{0,5}")


class TooManyFieldsError(Exception):
    """More controls than a page can carry: the raw JSON view is for these."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: its control name, its pointer in the document, its own key."""

    name: str
    pointer: str
    key: str
    required: bool
    depth: int = 0
    row: str = ""
    position: int = 0

    def child(self, key: str, *, required: bool) -> "Place":
        part = escape(key)
        return Place(f"{self.name}/{part}", f"{self.pointer}/{part}", key, required, self.depth + 1)


@dataclass(slots=True)
class Reader:
    root: Schema
    state: State
    omit: frozenset[str] = frozenset()
    limit: int = MAX_CONTROLS
    kept: Document | None = None  # an earlier run, for the secrets that it holds
    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    filled: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._note_filled(self.state)

    def _note_filled(self, posted: Iterable[str]) -> None:
        """The nodes in which something was posted."""
        for name in posted:
            above = name.rpartition("/")[0]
            while above and above not in self.filled:
                self.filled.add(above)
                above = above.rpartition("/")[0]

    def read(self, schema: object, place: Place) -> Field:
        shape = shape_of(self.root, schema, place.depth)
        made = Field(
            name=place.name,
            pointer=place.pointer,
            key=place.key,
            shape=shape,
            schema=schema,
            required=place.required,
            depth=place.depth,
            row=place.row,
            position=place.position,
            kind=shape.kind,
            presence=one(self.state, f"{place.name}~s"),
            row_key=one(self.state, f"{place.name}~k"),
            type_words=type_words(self.root, shape),
            hint=each_hint(self.root, shape) if shape.prefix else hint(shape.view),
            pattern=pattern(self.root, shape),
        )
        self._count()
        made.raw = shape.kind != "any" and one(self.state, f"{place.name}~m") == "raw"
        control = controls.raw_json if made.raw else controls.BY_KIND.get(made.kind)
        if control:
            self._wrong(made, control(made, self.state, self.root))
            if made.keeps and not made.text:
                made.value = held(self.kept, made.presence.removeprefix(names.KEPT))
        else:
            self._contents(made, place)
        return made

    def _count(self) -> None:
        self.count += 1
        if self.count > self.limit:
            raise TooManyFieldsError

    def _contents(self, made: Field, place: Place) -> None:
        if made.kind == "branch":
            self._branch(made, place)
        elif made.kind in ("object", "map"):
            self._object(made, place)
        elif made.kind == "tuple":
            self._tuple(made, place)
        elif made.kind == "choices" and not self._as_rows(made):
            self._wrong(made, controls.ticks(made, self.state, self.root))
        else:
            self._list(made, place)

    def _wrong(self, made: Field, message: str) -> None:
        if message:
            self.problems.append(Problem(made.pointer, message))

    # Several values

    def _as_rows(self, made: Field) -> bool:
        return one(self.state, f"{made.name}~m") == "rows" or f"{made.name}~r" in self.state

    def _list(self, made: Field, place: Place) -> None:
        made.kind = "list"
        made.noun = self._noun(made.shape.items, place.depth + 1)
        made.children = [
            self.read(made.shape.items, self._row(made, place, row, at, str(at)))
            for at, row in enumerate(self._row_ids(made.name))
        ]
        self._in_lines(made)
        made.value = [self._held(child) for child in made.children]
        made.value = controls.empty(made, []) if not made.children else made.value

    def _in_lines(self, made: Field) -> None:
        """Items that are single controls stand in lines; others are groups of their own."""
        plain = all(item.kind in IN_LINE and not item.raw for item in made.children)
        for at, item in enumerate(made.children, 1):
            item.position = at
            item.parent_title = made.title
            item.inline = plain

    def _noun(self, schema: object, depth: int) -> str:
        inner = shape_of(self.root, schema, depth)
        if inner.kind in IN_LINE:
            return "a line"
        return str(inner.view.get("title") or "item").lower()

    def _held(self, child: Field) -> Json:
        """A row without a value keeps its place, so that other rows keep theirs."""
        if isinstance(child.value, Absent):
            self._wrong(child, "is required")
            return None
        return child.value

    def _row_ids(self, name: str) -> list[str]:
        posted = dict.fromkeys(self.state.get(f"{name}~r", []))
        return [row for row in posted if _ROW.fullmatch(row)][:MAX_ROWS]

    def _row(self, made: Field, place: Place, row: str, at: int, key: str) -> Place:
        return Place(
            name=row_name(made.shape, place.name, row),
            pointer=f"{place.pointer}/{escape(key)}",
            key=key,
            required=True,
            depth=place.depth + 1,
            row=row,
            position=at + 1,
        )

    def _tuple(self, made: Field, place: Place) -> None:
        least = made.shape.view.get("minItems", 0)
        least = least if isinstance(least, int) else 0
        for at, schema in enumerate(made.shape.prefix):
            made.children.append(self.read(schema, place.child(str(at), required=at < least)))
        if made.shape.more is not None:
            made.noun = self._noun(made.shape.more, place.depth + 1)
            for at, row in enumerate(self._row_ids(made.name), len(made.shape.prefix)):
                follows = self._row(made, place, row, at, str(at))
                made.children.append(self.read(made.shape.more, follows))
        self._in_lines(made)
        values = [child.value for child in made.children]
        while values and isinstance(values[-1], Absent) and not made.rows:
            values.pop()
        blank = controls.empty(made, [])
        if values:
            made.value = [self._held(child) for child in made.children[: len(values)]]
        else:
            made.value = blank

    def _object(self, made: Field, place: Place) -> None:
        made.present = made.presence == "value" or made.name in self.filled
        if made.kind == "map" and not self._row_ids(made.name):
            made.value, made.noun = controls.empty(made, {}), "a key"
            return
        if made.presence == "null" and made.nullable and not made.present:
            made.value = None
        made.blanks = controls.blanks(made, "")
        made.noun = "a key"
        if not (made.present or (made.required and not made.nullable)):
            return
        value: dict[str, Json] = {}
        for item in made.shape.properties:
            if f"{place.pointer}/{escape(item.key)}" not in self.omit:
                child = self.read(item.schema, place.child(item.key, required=item.required))
                made.children.append(child)
                if not isinstance(child.value, Absent):
                    value[item.key] = child.value
        self._extra_keys(made, place, value)
        if made.present:
            made.value = value

    def _extra_keys(self, made: Field, place: Place, value: dict[str, Json]) -> None:
        rows = self._row_ids(made.name) if made.shape.extra is not None else []
        for at, row in enumerate(rows):
            key = one(self.state, row_name(made.shape, made.name, row) + "~k")
            child = self.read(made.shape.of_key(key), self._row(made, place, row, at, key))
            made.children.append(child)
            if key in value:
                self._wrong(child, f"uses the key “{key}” a second time")
            elif key or not isinstance(child.value, Absent):
                value[key] = self._held(child)
        if made.kind == "map":
            self._in_lines(made)
        self._rest(made, value)

    def _rest(self, made: Field, value: dict[str, Json]) -> None:
        made.rest = one(self.state, f"{made.name}~j").replace("\r\n", "\n")
        if not made.rest.strip():
            return
        try:
            rest = exact.loads(made.rest)
        except exact.NotJsonError as error:
            self._wrong(made, f"has more keys whose text {error}")
            return
        if not isinstance(rest, dict) or rest.keys() & value.keys():
            self._wrong(made, "has more keys that are not an object of other keys")
            return
        value.update(rest)

    # A choice between schemas

    def _branch(self, made: Field, place: Place) -> None:
        chosen = self._chosen(made)
        inner = Place(place.name, place.pointer, place.key, True, place.depth + 1)

        def value_of(at: int) -> Json | Absent:
            quiet = Reader(self.root, dict(self.state), self.omit, self.limit, self.kept)
            return quiet.read(made.shape.branches[at].schema, inner).value

        if switch(self.root, self.state, made, chosen, value_of):
            self.filled -= {name for name in self.filled if name.startswith(f"{made.name}/")}
            self._note_filled(names.below(self.state, made.name))
        posted = one(self.state, f"{made.name}~b")
        made.options = self._branches(made, chosen, posted)
        if posted == "null" and made.nullable:
            made.value = None
        if chosen is not None:
            shown = self.read(made.shape.branches[chosen].schema, inner)
            shown.part = "~shown"
            made.children = [shown]
            made.value = shown.value if posted else ABSENT

    def _branches(self, made: Field, chosen: int | None, posted: str) -> list[Option]:
        options = [
            Option(str(at), branch.title, at == chosen)
            for at, branch in enumerate(made.shape.branches)
        ]
        if made.nullable:
            options.append(Option("null", "null", posted == "null"))
        if not made.required:
            options.insert(0, Option("", "left out", chosen is None and posted != "null"))
        return options

    def _chosen(self, made: Field) -> int | None:
        """A required choice shows its first branch, but sends nothing until it is posted."""
        posted = one(self.state, f"{made.name}~b")
        if posted.isdecimal() and int(posted) < len(made.shape.branches):
            return int(posted)
        return 0 if made.required and not (posted == "null" and made.nullable) else None
