"""The fields of a form as templates see them, and what is wrong with them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.exact import ABSENT, Absent, Json
from ouro_web.lib.fields.names import KEPT, html_id
from ouro_web.lib.fields.shape import Shape
from ouro_web.lib.fields.words import is_compact

GROUPS = ("object", "list", "map", "tuple", "branch")


class Problem(NamedTuple):
    """`pointer` leads into the document (`/body/steps/0/fmax`); `message` follows a name."""

    pointer: str
    message: str


@dataclass(slots=True)
class Option:
    value: str
    label: str
    chosen: bool = False


@dataclass(slots=True)
class Field:
    """One node, as drawn. `children` are its fields, or its rows when they have a `row`."""

    name: str
    pointer: str
    key: str
    shape: Shape
    schema: Any
    required: bool
    depth: int
    row: str = ""
    row_key: str = ""
    position: int = 0
    kind: str = ""
    value: Json | Absent = ABSENT
    text: str = ""
    rest: str = ""  # JSON of the keys that no field shows
    presence: str = ""  # what the posted ~s says
    present: bool = True
    raw: bool = False
    draft: str = ""
    part: str = ""  # set on what a branch shows, which has the name of the branch
    parent_title: str = ""  # rows and parts of a tuple are called after what holds them
    inline: bool = False  # one of several controls in a line
    noun: str = ""  # what its button adds
    type_words: str = ""
    hint: str = ""
    pattern: str = ""
    options: list[Option] = field(default_factory=list)
    blanks: list[Option] = field(default_factory=list)
    children: list["Field"] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return html_id(self.name + self.part)

    @property
    def title(self) -> str:
        if self.parent_title and not self.row_key:
            return f"{self.parent_title} {self.position}"
        return str(self.shape.view.get("title") or "") or self.row_key or humanised(self.key)

    @property
    def help(self) -> str:
        return str(self.shape.view.get("description") or "")

    @property
    def unit(self) -> str:
        return str(self.shape.view.get("x-unit") or "")

    @property
    def keeps(self) -> bool:
        """A secret that an earlier run holds: it is sent again without being shown."""
        return self.kind == "secret" and self.presence.startswith(KEPT)

    @property
    def is_group(self) -> bool:
        return self.kind in GROUPS or self.raw

    @property
    def legend(self) -> bool:
        """Several controls that share one name: radios and ticks."""
        if self.inline:
            return False
        radios = self.kind in ("bool", "choice") and self.compact
        return radios or self.kind == "choices" or (self.kind in ("const", "null"))

    @property
    def plain_rows(self) -> bool:
        """Its items are single controls, so they stand in lines."""
        return bool(self.children) and all(child.inline for child in self.children)

    @property
    def drawn(self) -> bool:
        return self.present or (self.required and not self.nullable)

    @property
    def is_fixed(self) -> bool:
        """A constant that is sent in any case: there is nothing to choose."""
        sent = self.required or (self.has_default and self.presence == "value")
        return self.kind in ("const", "null") and sent

    @property
    def is_tag(self) -> bool:
        """Says which branch is meant; the choice of the branch says it already."""
        return self.kind == "const" and self.is_fixed and not self.raw and not self.errors

    @property
    def unique(self) -> bool:
        return self.shape.view.get("uniqueItems") is True

    @property
    def lines(self) -> int:
        least = 1 if self.kind == "long" and not self.raw else 3
        return min(max(self.text.count("\n") + 1, least), 24)

    @property
    def boxed_text(self) -> str:
        """HTML swallows a first line break after <textarea>, so it gets one to swallow."""
        return f"\n{self.text}"

    @property
    def boxed_rest(self) -> str:
        return f"\n{self.rest}"

    @property
    def has_default(self) -> bool:
        return not isinstance(self.default, Absent) and self.default is not None

    @property
    def described(self) -> str:
        """The ids of what explains the control, the error first."""
        told = (("-e", self.errors), ("-h", self.hint or self.pattern), ("-d", self.help))
        return " ".join(f"{self.id}{end}" for end, text in told if text and not self._nested(end))

    def _nested(self, end: str) -> bool:
        return self.inline and end != "-e"

    @property
    def values(self) -> list[Option]:
        """The options that send something."""
        return [option for option in self.options if option.value]

    @property
    def leaving(self) -> Option | None:
        """The option that sends nothing. Beside a default that is chosen it would only be in the
        way; the JSON view can still leave the field out."""
        found = next((option for option in self.options if not option.value), None)
        return None if found and self.has_default and not found.chosen else found

    @property
    def asks_blank(self) -> bool:
        """Whether to ask what blank means; a default that is an empty list says it."""
        said = self.has_default and not self.changed and self.default in ([], {})
        return bool(self.blanks) and not said and not self.keeps

    @property
    def suggestions(self) -> tuple[str, ...]:
        return self.shape.suggestions

    @property
    def compact(self) -> bool:
        return not self.inline and is_compact([option.label for option in self.values])

    @property
    def nullable(self) -> bool:
        return self.shape.nullable

    @property
    def default(self) -> Json | Absent:
        return self.shape.view.get("default", ABSENT)

    @property
    def changed(self) -> bool:
        """Differs from its default; a default of null opens as left out."""
        if isinstance(self.default, Absent) or (self.default is None and not self.required):
            return False
        return isinstance(self.value, Absent) or not exact.same(self.value, self.default)

    @property
    def default_text(self) -> str:
        if isinstance(self.default, Absent):
            return ""
        plain = exact.without_point(self.default)
        return plain if isinstance(plain, str) else exact.dumps(plain)

    @property
    def deprecated(self) -> bool:
        return self.shape.view.get("deprecated") is True

    @property
    def rows(self) -> list["Field"]:
        return [child for child in self.children if child.row]

    @property
    def fields(self) -> list["Field"]:
        return [child for child in self.children if not child.row]

    @property
    def fields_alike(self) -> bool:
        """The places of a tuple are of one kind, as the three of a grid."""
        return len({child.kind for child in self.fields}) == 1

    def walk(self) -> Iterator["Field"]:
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def has_errors(self) -> bool:
        return any(item.errors for item in self.walk())


def humanised(key: str) -> str:
    words = key.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] or "(no name)"


def find(fields: Iterable[Field], name: str) -> Field | None:
    """By name; a branch and what it shows share one, then the branch is meant."""
    return next((item for top in fields for item in top.walk() if item.name == name), None)


def attach(fields: Iterable[Field], problems: Iterable[Problem]) -> list[tuple[Field | None, str]]:
    """Put each problem at its field, or the nearest drawn parent; one for a field.

    Gives (field, message) in the order of the form; None for what has no field at all.
    """
    by_pointer = {item.pointer: item for top in fields for item in top.walk()}
    homeless: list[tuple[Field | None, str]] = []
    for problem in problems:
        at, message = problem.pointer, problem.message
        while at and at not in by_pointer:
            at = at.rpartition("/")[0]
        if not at:
            homeless.append((None, message))
        elif not by_pointer[at].errors or at != problem.pointer:
            inner = problem.pointer[len(at) :]
            by_pointer[at].errors.append(f"{inner.lstrip('/')} {message}" if inner else message)
    return homeless + [(item, text) for item in by_pointer.values() for text in item.errors]
