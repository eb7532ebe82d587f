"""A schema as a tree to read: what each value is called, of which type, within which limits.

Drawn to a depth and a number of nodes; a schema that contains itself is named where it comes
again and not unfolded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.view import resolve, types

MAX_DEPTH = 8
MAX_NODES = 400
MAX_CHOICES = 40
LONGEST = 120

Schema = dict[str, Any]

_LIMITS = (
    ("minimum", "at least {}"),
    ("exclusiveMinimum", "more than {}"),
    ("maximum", "at most {}"),
    ("exclusiveMaximum", "less than {}"),
    ("multipleOf", "a multiple of {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("pattern", "matches {}"),
    ("minItems", "at least {} items"),
    ("maxItems", "at most {} items"),
)


@dataclass(slots=True)
class Node:
    name: str
    kind: str  # "list of integer", "object or null"
    required: bool = False
    default: str = ""  # as JSON
    limits: str = ""
    choices: list[str] = field(default_factory=list)
    description: str = ""
    deprecated: bool = False
    note: str = ""
    children: list["Node"] = field(default_factory=list)


class Tree:
    def __init__(self, definitions: Schema) -> None:
        self.root = {"$defs": definitions}
        self.left = MAX_NODES

    def node(
        self, name: str, schema: Any, *, required: bool = False, within: tuple[str, ...] = ()
    ) -> Node:
        self.left -= 1
        view, null_allowed, reference = self.plain(schema)
        words = self.words(view)
        made = Node(
            name=name,
            kind=f"{words} or null" if null_allowed and words != "any value" else words,
            required=required,
            default=short(view["default"]) if "default" in view else "",
            limits=", ".join(limits(view)),
            choices=[short(item) for item in self.choices(view)],
            description=text(view.get("description")),
            deprecated=view.get("deprecated") is True,
        )
        if reference and reference in within:
            made.note = f"again {reference.removeprefix('#/$defs/')}, as above"
        elif len(within) >= MAX_DEPTH or self.left <= 0:
            made.note = "more inside, not drawn here" if self.has_parts(view) else ""
        else:
            made.children = list(self.children(view, (*within, reference)))
        return made

    def plain(self, schema: Any) -> tuple[Schema, bool, str]:
        """The view, whether null is allowed beside it, and the reference it came by."""
        reference = reference_of(schema)
        view = resolve(self.root, schema)
        several = view.get("anyOf") or view.get("oneOf")
        null_allowed = "null" in types(view) and len(types(view)) > 1
        if isinstance(several, list):
            real = [item for item in several if item != {"type": "null"}]
            null_allowed = null_allowed or len(real) < len(several)
            if len(real) == 1:
                reference = reference or reference_of(real[0])
                own = {key: item for key, item in view.items() if key not in ("anyOf", "oneOf")}
                view = {**resolve(self.root, real[0]), **own}
        return view, null_allowed, reference

    def words(self, view: Schema) -> str:
        several = branches(view)
        if several:
            named = [self.words(self.plain(item)[0]) for item in several[:4]]
            more = f" and {len(several) - 4} more" if len(several) > 4 else ""
            return f"one of {', '.join(dict.fromkeys(named))}{more}"
        if "const" in view:
            return f"always {short(view['const'])}"
        names = [name for name in types(view) if name != "null"]
        return " or ".join(self.word(name, view) for name in names) or "any value"

    def word(self, name: str, view: Schema) -> str:
        if name == "array":
            inner = self.plain(view.get("items"))[0]
            kind = " or ".join(types(inner)) if inner else ""
            return f"list of {kind}" if kind else "list"
        if name == "object" and "properties" not in view:
            values = view.get("additionalProperties")
            inner = self.plain(values)[0] if isinstance(values, dict) else {}
            kind = " or ".join(types(inner))
            return f"map of {kind}" if kind else "free object"
        shape = view.get("format")
        return f"{name} ({shape})" if isinstance(shape, str) else name

    def choices(self, view: Schema) -> list[Any]:
        """Of the value itself, or of each item of a list."""
        items = self.plain(view.get("items"))[0] if "enum" not in view else {}
        found = view.get("enum", items.get("enum"))
        return found[:MAX_CHOICES] if isinstance(found, list) else []

    def has_parts(self, view: Schema) -> bool:
        return any(key in view for key in ("properties", "items")) or bool(branches(view))

    def children(self, view: Schema, within: tuple[str, ...]) -> Iterator[Node]:
        needed = view.get("required") or []
        for name, schema in (view.get("properties") or {}).items():
            yield self.node(name, schema, required=name in needed, within=within)
        for number, schema in enumerate(branches(view), start=1):
            title = text(self.plain(schema)[0].get("title"))
            yield self.node(title or f"choice {number}", schema, within=within)
        for key, name in (("items", "each item"), ("additionalProperties", "each value")):
            inner = view.get(key)
            if isinstance(inner, dict) and self.has_parts(self.plain(inner)[0]):
                yield self.node(name, inner, within=within)


def reference_of(schema: Any) -> str:
    found = schema.get("$ref") if isinstance(schema, dict) else None
    return found if isinstance(found, str) else ""


def branches(view: Schema) -> list[Any]:
    for word in ("oneOf", "anyOf"):
        several = view.get(word)
        if isinstance(several, list):
            real = [item for item in several if item != {"type": "null"}]
            if len(real) > 1:
                return real
    return []


def limits(view: Schema) -> Iterator[str]:
    low, high = view.get("minimum"), view.get("maximum")
    if low is not None and high is not None:
        yield f"{short(low)} to {short(high)}"
        view = {key: item for key, item in view.items() if key not in ("minimum", "maximum")}
    for key, words in _LIMITS:
        if key in view:
            yield words.format(short(view[key]))
    if view.get("uniqueItems") is True:
        yield "no item twice"


def short(value: Any) -> str:
    """A text as it is, else JSON; a whole number without the .0 that some generators write."""
    plain = exact.without_point(value)
    told = plain if isinstance(plain, str) and plain else exact.dumps(plain)
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}…"


def text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
