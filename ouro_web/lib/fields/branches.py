"""The choices of a schema: oneOf, anyOf and lists of types, as branches that have names.

A choice within a choice is one choice, and null is never a branch but a state of the field.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.view import Schema, merge, resolve, tagged, types

MAX_OPTIONS = 30
MAX_NAMED = 3  # values that name a branch
LONGEST_WORDS = 50
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,40}")
_COUNTED = re.compile(r"\d$|^(anyOf|oneOf|allOf|items|schema|body)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Branch:
    """One of several schemas. `path` leads to it through the (nested) oneOf/anyOf lists."""

    schema: Schema
    title: str
    path: tuple[int, ...] = ()


def alternatives(root: Schema, view: Schema) -> tuple[Schema, bool, list[Branch]]:
    """The view without its choice, whether null is allowed, and the branches of the choice."""
    budget = iter(range(MAX_OPTIONS))
    found, nullable = _flattened(root, view, (), budget)
    base = {key: value for key, value in view.items() if key not in ("oneOf", "anyOf")}
    if "oneOf" not in view and "anyOf" not in view:
        return _type_list(base)
    if len(found) == 1:
        inner = {**resolve(root, found[0].schema), **_words(base)}
        base, more, rest = alternatives(root, inner)
        return base, nullable or more, rest
    if not found and nullable:
        return {**base, "type": "null"}, False, []
    if _only_conditions(root, view):
        return base, nullable, []
    return base, nullable, _told_apart(found)


def _type_list(view: Schema) -> tuple[Schema, bool, list[Branch]]:
    kinds = types(view)
    nullable = "null" in kinds and len(kinds) > 1
    named = [kind for kind in kinds if kind != "null"] if nullable else kinds
    if len(named) == 2 and set(named) == {"integer", "number"}:
        named = ["number"]
    if len(named) == 1:
        return {**view, "type": named[0]}, nullable, []
    branches = [Branch({**view, "type": kind}, WORDS.get(kind, kind)) for kind in named]
    if "enum" in view or "const" in view:
        return view, nullable, []
    return view, nullable, branches


WORDS = {
    "string": "Text", "integer": "Whole number", "number": "Number", "boolean": "True or false",
    "object": "Object", "array": "List", "null": "null",
}  # fmt: skip

ITEMS = {"string": "texts", "number": "numbers", "integer": "whole numbers", "object": "objects",
         "array": "lists", "boolean": "booleans", "null": "nulls"}  # fmt: skip


def _flattened(
    root: Schema, view: Schema, path: tuple[int, ...], budget: Iterator[int]
) -> tuple[list[Branch], bool]:
    """A choice within a choice is one choice; null is not a branch but a state."""
    view = tagged(view, required=True)
    base = {key: value for key, value in view.items() if key not in ("oneOf", "anyOf")}
    keyword = "oneOf" if isinstance(view.get("oneOf"), list) else "anyOf"
    listed = view.get(keyword)
    found: list[Branch] = []
    nullable = False
    for place, schema in enumerate(listed if isinstance(listed, list) else ()):
        if next(budget, None) is None:
            break
        inner = merge(_laid_under(base), resolve(root, schema))
        if _is_null(inner):
            nullable = True
        elif "oneOf" in inner or "anyOf" in inner:
            deeper, null = _flattened(root, inner, (*path, place), budget)
            found, nullable = found + deeper, nullable or null
        else:
            found.append(Branch(inner, _title(root, inner, schema), (*path, place)))
    return found, nullable


def _laid_under(base: Schema) -> Schema:
    return {key: value for key, value in base.items() if key not in (*_WORDS, "discriminator")}


_WORDS = ("title", "description", "default", "examples", "example", "deprecated")


def _words(view: Schema) -> Schema:
    return {key: view[key] for key in _WORDS if key in view}


def _is_null(view: Schema) -> bool:
    return (
        view.get("type") == "null"
        or view.get("enum") == [None]
        or ("const" in view and view["const"] is None)
    )


def _only_conditions(root: Schema, view: Schema) -> bool:
    """Whether none of the forms has a field of its own: they only say which go together."""
    listed = view.get("oneOf", view.get("anyOf"))
    parts = [resolve(root, schema) for schema in listed] if isinstance(listed, list) else []
    return not any(_TELLING & part.keys() for part in parts)


_TELLING = {
    "properties", "type", "enum", "const", "items", "prefixItems", "pattern", "format", "minimum",
    "maximum", "additionalProperties", "oneOf", "anyOf",
}  # fmt: skip


def constants_of(found: list[Branch]) -> list[tuple[exact.Json, str]] | None:
    """The options when every branch is a constant or an enum."""
    options: list[tuple[exact.Json, str]] = []
    for branch in found:
        view = branch.schema
        if "const" in view:
            options.append((view["const"], str(view.get("title") or "")))
        elif isinstance(view.get("enum"), list):
            options += [(item, "") for item in view["enum"]]
        else:
            return None
    return options or None


def suggestions(found: list[Branch]) -> tuple[str, ...]:
    """An enum of texts beside any text: a text box with suggestions."""
    enums = [
        branch.schema["enum"] for branch in found if isinstance(branch.schema.get("enum"), list)
    ]
    plain = [branch.schema for branch in found if "enum" not in branch.schema]
    free = all(
        view.get("type") == "string" and not {"pattern", "format", "const"} & view.keys()
        for view in plain
    )
    texts = [item for options in enums for item in options]
    if len(plain) == 1 and enums and free and all(isinstance(item, str) for item in texts):
        return tuple(texts)
    return ()


def _title(root: Schema, inner: Schema, schema: object) -> str:
    """What the branch is called: title, discriminator, tag, its few values, the name of the schema
    that an object refers to, else its type and first fields."""
    named = inner.get("title") or _tag(root, inner) or _values(inner)
    if named:
        return str(named)
    kinds = types(inner)
    word = WORDS.get(kinds[0], kinds[0]) if len(kinds) == 1 else "Any value"
    properties = inner.get("properties")
    if isinstance(properties, dict) and properties:
        if name := _reference_name(schema):
            return name
        return f"{word} with {', '.join(list(properties)[:3])}"
    items = inner.get("items")
    if isinstance(items, dict):
        kinds_inside = [ITEMS.get(kind, "values") for kind in types(resolve(root, items))]
        return f"{word} of {' or '.join(kinds_inside) or 'values'}"
    limit = inner.get("pattern") or inner.get("format")
    return f"{word} ({limit})" if limit else word


def _reference_name(schema: object) -> str:
    """`VectorParams` as words; names that a generator counted say nothing."""
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    name = str(reference).rpartition("/")[2] if reference else ""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_+", " ", name).strip()
    good = _NAME.fullmatch(name) and not _COUNTED.search(name)
    return f"{apart[:1].upper()}{apart[1:].lower()}" if good else ""


def _values(view: Schema) -> str:
    given = [view["const"]] if "const" in view else view.get("enum")
    if not isinstance(given, list) or len(given) > MAX_NAMED:
        return ""
    return " or ".join(item if isinstance(item, str) else exact.dumps(item) for item in given)


def _told_apart(found: list[Branch]) -> list[Branch]:
    """Where several would be called the same: by the fields that only one has, by what is said of
    each, else counted."""
    made = []
    for branch in found:
        alike = [other for other in found if other.title == branch.title]
        made.append(_told(branch, alike) if alike[1:] else branch)
    return made


def _told(branch: Branch, alike: list[Branch]) -> Branch:
    keys = Counter(key for other in alike for key in _keys(other))
    own = [key for key in _keys(branch) if keys[key] == 1]
    if own and branch.title.startswith(f"{WORDS['object']} with "):
        return replace(branch, title=f"{WORDS['object']} with {', '.join(own[:3])}")
    said = [_first_words(other.schema) for other in alike]
    at = alike.index(branch)
    more = said[at] if all(said) and len(set(said)) == len(said) else str(at + 1)
    return replace(branch, title=f"{branch.title} ({more})")


def _keys(branch: Branch) -> list[str]:
    properties = branch.schema.get("properties")
    return list(properties) if isinstance(properties, dict) else []


def _first_words(view: Schema) -> str:
    said = view.get("description")
    line = said.strip().partition("\n")[0].rstrip(".") if isinstance(said, str) else ""
    return line if len(line) <= LONGEST_WORDS else f"{line[:LONGEST_WORDS].rpartition(' ')[0]} …"


def _tag(root: Schema, view: Schema) -> str:
    return next((str(value) for _, value in tags(root, view)), "")


def tags(root: Schema, view: Schema) -> Iterator[tuple[str, exact.Json]]:
    """The properties that can hold one value only: they tell branches apart."""
    properties = view.get("properties")
    for key, schema in (properties if isinstance(properties, dict) else {}).items():
        child = resolve(root, schema)
        if "const" in child:
            yield key, child["const"]
        elif isinstance(child.get("enum"), list) and len(child["enum"]) == 1:
            yield key, child["enum"][0]
