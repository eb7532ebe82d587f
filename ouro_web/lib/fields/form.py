"""A whole operation as one form: its parameters by place, its body, and the assets it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ouro_web.lib.fields import edits, exact, names
from ouro_web.lib.fields.checking import check_value
from ouro_web.lib.fields.exact import ABSENT, Absent
from ouro_web.lib.fields.fill import Filler
from ouro_web.lib.fields.hiding import keep, without_secrets
from ouro_web.lib.fields.names import LETTERS, State, one, pointer
from ouro_web.lib.fields.places import (
    Document,
    Inputs,
    Operation,
    area_schemas,
    asked,
    body_of,
    content_types,
    fresh,
    omitted,
    root_of,
)
from ouro_web.lib.fields.reading import MAX_CONTROLS, Place, Reader, TooManyFieldsError
from ouro_web.lib.fields.shape import shape_of
from ouro_web.lib.fields.tree import Field, Problem, attach
from ouro_web.lib.fields.view import Schema

MAX_FRESH = 400  # controls a page opens with; beyond that the body opens as JSON


@dataclass(slots=True)
class Form:
    """One reading of what was posted."""

    state: State
    areas: list[Field]
    document: Document
    assets: dict[str, str]
    content_types: list[str]
    content_type: str
    problems: list[Problem] = field(default_factory=list)
    summary: list[tuple[Field | None, str]] = field(default_factory=list)
    focus: str = ""
    said: str = ""

    def area(self, name: str) -> Field | None:
        return next((item for item in self.areas if item.name == LETTERS[name]), None)


def build(
    operation: Operation,
    inputs: Inputs,
    document: Document | None = None,
    assets: Mapping[str, str] | None = None,
) -> Form:
    """The form as it opens: with the defaults, or exactly with this document."""
    given = fresh(operation) if document is None else document
    content_type = str(given.get("content_type") or "") or next(iter(content_types(operation)), "")
    state = _filled(operation, given, content_type)
    for name, asset in (assets or {}).items():
        state[f"a/{name}"] = [asset]
    try:
        return _read(operation, inputs, state, MAX_FRESH)
    except TooManyFieldsError:
        return _read(operation, inputs, _body_as_json(operation, state, given), 10**6)


def reopened(operation: Operation, inputs: Inputs, document: Document) -> Form:
    """The form of an earlier run, exactly as it ran. Its secrets are not shown; those that have a
    field of their own are kept for `read`."""
    shown = without_secrets(operation, document)
    form = build(operation, inputs, shown)
    if shown is document or not keep(form.areas, form.state, document):
        return form
    return read(operation, inputs, form.state, kept=document)


def _filled(operation: Operation, document: Document, content_type: str) -> State:
    state: State = {"b~t": [content_type]} if content_type else {}
    filler = Filler(root_of(operation), state)
    for area, (schema, _) in area_schemas(operation, content_type).items():
        value = document.get(area, ABSENT)
        empty = area != "body" and not isinstance(value, Absent) and not value
        filler.fill(schema, LETTERS[area], {} if empty else value)
    return state


def _body_as_json(operation: Operation, state: State, document: Document) -> State:
    """A body with more fields than a page can carry."""
    kept = {key: values for key, values in state.items() if key not in names.below(state, "b")}
    body = document.get("body", {})
    kept |= {"b~t": state.get("b~t", []), "b~m": ["raw"], "b~j": [exact.dumps(body, indent=2)]}
    return kept


def read(
    operation: Operation,
    inputs: Inputs,
    state: State,
    order: str = "",
    *,
    kept: Document | None = None,
) -> Form:
    """A posted form; with an `order`, after the button of that order was pressed. `kept` is an
    earlier run's document, for the secrets of it that are to be sent again."""
    try:
        form = _read(operation, inputs, state, kept=kept)
    except TooManyFieldsError:
        return _read(operation, inputs, _body_as_json(operation, state, {}), 10**6)
    if not order:
        return form
    changed, focus, said = _edited(operation, form, order)
    try:
        form = _read(operation, inputs, changed, kept=kept)
    except TooManyFieldsError:
        said = "This form is as large as a page can carry. Go on in the JSON view."
    form.focus, form.said = focus, said
    return form


VIEWS = {"view:json": "raw", "view:form": "form"}


def _edited(operation: Operation, form: Form, order: str) -> tuple[State, str, str]:
    """One button; the two of the view change every place at once."""
    root = root_of(operation)
    if order not in VIEWS:
        return edits.edit(root, form.areas, form.state, order)
    state = form.state
    for made in form.areas:
        if made.kind != "any" and made.raw != (order == "view:json"):
            state, _, _ = edits.edit(root, form.areas, state, f"{VIEWS[order]}:{made.name}")
    return state, "", "Shown as JSON." if order == "view:json" else "Shown as a form."


def _read(
    operation: Operation,
    inputs: Inputs,
    posted: State,
    limit: int = MAX_CONTROLS,
    kept: Document | None = None,
) -> Form:
    state = {key: list(values) for key, values in posted.items()}
    types = content_types(operation)
    content_type = one(state, "b~t") if one(state, "b~t") in types else next(iter(types), "")
    inputs = asked(inputs, content_type)
    left_out = omitted(inputs)
    reader = Reader(root_of(operation), state, left_out, limit, kept)
    areas = []
    document: Document = {}
    for area, (schema, required) in area_schemas(operation, content_type).items():
        if f"/{area}" in left_out:
            continue  # a file is all of it
        drawn = required or shape_of(root_of(operation), schema).kind == "object"
        made = reader.read(schema, Place(LETTERS[area], f"/{area}", area, drawn))
        areas.append(made)
        document |= _sent(made, area, required=required)
    if content_type:
        document["content_type"] = content_type
    assets = {name: one(state, f"a/{name}").strip() for name in inputs}
    form = Form(state, areas, document, assets, types, content_type)
    form.problems = reader.problems
    return form


def _sent(made: Field, area: str, *, required: bool) -> Document:
    """Places without values are left out; so is an optional body in which nothing is given."""
    value = made.value
    if isinstance(value, Absent) or (value == {} and (area != "body" or not required)):
        return {}
    return {area: value}


def judge(operation: Operation, inputs: Inputs, form: Form) -> Form:
    """Check what was read and put every problem at its field; reading problems come first."""
    inputs = asked(inputs, form.content_type)
    unread = {problem.pointer for problem in form.problems}
    found = check(operation, inputs, form.document, chosen=_chosen(form))
    form.problems += [item for item in found if not _below(item.pointer, unread)]
    form.problems += missing_assets(inputs, form.assets)
    form.summary = attach(form.areas, [item for item in form.problems if not _asset(item)])
    return form


def _below(at: str, unread: set[str]) -> bool:
    return any(at == place or at.startswith(f"{place}/") for place in unread)


def _asset(problem: Problem) -> bool:
    return problem.pointer.startswith("/assets/")


def missing_assets(inputs: Inputs, assets: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(pointer(["assets", name]), "is required")
        for name, declared in inputs.items()
        if not declared.optional and not assets.get(name)
    ]


def _chosen(form: Form) -> dict[str, tuple[int, ...]]:
    """Which branch each choice shows, for messages about that branch only."""
    chosen = {}
    for top in form.areas:
        for item in top.walk():
            if item.kind == "branch" and item.children:
                at = next((o.value for o in item.options if o.chosen), "0")
                chosen[item.pointer] = item.shape.branches[int(at or 0)].path
    return chosen


def check(
    operation: Operation,
    inputs: Inputs,
    document: Document,
    *,
    chosen: Mapping[str, tuple[int, ...]] | None = None,
) -> list[Problem]:
    """Every problem of a document, pointers into the document. Assets come later, so their places
    in the body are not looked at."""
    content_type = str(document.get("content_type") or "")
    inputs = asked(inputs, content_type)
    schema = _document_schema(operation, content_type)
    value = {area: document.get(area, {}) for area in area_schemas(operation, content_type)}
    if "body" in value and "body" not in document:
        body = body_of(operation, content_type) or {}
        is_asset = "/body" in omitted(inputs)  # whether it must be there is asked of the asset
        if is_asset or not (inputs or body.get("required")):
            del value["body"]
        elif not _may_be_object(operation, body):
            return [Problem("/body", "is required")]
    return check_value(schema, value, chosen=chosen, omit=omitted(inputs))


def _may_be_object(operation: Operation, body: Mapping[str, Any]) -> bool:
    """Of an absent object its missing fields are named, not the object."""
    shape = shape_of(root_of(operation), body.get("schema"))
    return shape.kind in ("object", "map", "branch", "any")


def _document_schema(operation: Operation, content_type: str) -> Schema:
    schemas = area_schemas(operation, content_type)
    return {
        "type": "object",
        "properties": {area: schema for area, (schema, _) in schemas.items()},
        "$defs": operation.get("$defs") or {},
    }
