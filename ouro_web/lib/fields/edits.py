"""Adding, removing and moving rows, and the other buttons that change the form, not the values.

Pure functions on what was posted: read the tree, change the names, and read again.
"""

from collections.abc import Callable

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.exact import ABSENT, Absent, Json
from ouro_web.lib.fields.fill import Filler, defaults, row_name
from ouro_web.lib.fields.names import State, drop, html_id
from ouro_web.lib.fields.reading import MAX_ROWS
from ouro_web.lib.fields.shape import shape_of
from ouro_web.lib.fields.tree import Field, find
from ouro_web.lib.fields.view import Schema

Edit = Callable[[Schema, State, Field], str]


def edit(root: Schema, fields: list[Field], state: State, order: str) -> tuple[State, str, str]:
    """`order` is what a button posts, `add:b/steps`. Gives the new state, the HTML id that takes
    the focus, and a sentence for those who do not see the change. Unknown orders change nothing."""
    word, _, name = order.partition(":")
    changed = {key: list(values) for key, values in state.items()}
    if word in ("remove", "up", "down"):
        return changed, *_row(fields, changed, word, name)
    made = find(fields, name)
    act = _ACTS.get(word)
    if made is None or act is None:
        return changed, "", ""
    focus = act(root, changed, made)
    return changed, focus, _said(word, made)


def _said(word: str, made: Field) -> str:
    said = {"add": "added", "reset": "set back to its default", "raw": "shown as JSON"}
    return f"{made.title}: {said.get(word, 'changed')}."


def _add(root: Schema, state: State, made: Field) -> str:
    """A row to a list or a map, or an optional object as a whole."""
    filler = Filler(root, state)
    if made.kind == "object" and not made.present:
        state[f"{made.name}~s"] = ["value"]
        fresh = defaults(root, made.schema, required=True, depth=made.depth)
        filler.fill(made.schema, made.name, {} if fresh is None else fresh, made.depth)
        return made.id
    if len(state.get(f"{made.name}~r", [])) >= MAX_ROWS:
        return made.id
    row = _next_row(state, made.name)
    state.setdefault(f"{made.name}~r", []).append(row)
    state[f"{made.name}~s"] = ["value"]
    name = row_name(made.shape, made.name, row)
    schema = made.shape.of_rows
    filler.fill(schema, name, _fresh(root, schema, made.depth + 1), made.depth + 1)
    if made.shape.extra is not None:
        state[f"{name}~k"] = [""]
    return html_id(name)


def _fresh(root: Schema, schema: object, depth: int) -> Json | Absent:
    fresh = defaults(root, schema, required=True, depth=depth)
    empty_object = shape_of(root, schema, depth).kind == "object"
    return {} if isinstance(fresh, Absent) and empty_object else fresh


def _next_row(state: State, name: str) -> str:
    """Ids are never used twice, so that what a browser remembers of a row stays with it."""
    used = [int(row[1:]) for row in state.get(f"{name}~r", []) if row[1:].isdecimal()]
    return f"r{max(used, default=0) + 1}"


def _row(fields: list[Field], state: State, word: str, name: str) -> tuple[str, str]:
    made = find(fields, name)
    if made is None or not made.row:
        if made is not None and word == "remove":
            drop(state, name)
            state[f"{name}~s"] = ["absent"]
            return made.id, f"{made.title}: left out."
        return "", ""
    parent = name.rpartition("/")[0]
    rows = state.get(f"{parent}~r", [])
    at = rows.index(made.row) if made.row in rows else -1
    if at < 0:
        return "", ""
    if word == "remove":
        rows.remove(made.row)
        drop(state, name)
        state[f"{parent}~s"] = ["value"]
        neighbour = rows[max(at - 1, 0)] if rows else ""
        focus = html_id(name[: -len(made.row)] + neighbour) if neighbour else html_id(parent)
        return focus, f"{made.title} removed."
    to = at - 1 if word == "up" else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return made.id, f"{made.title} moved {word}."


def _reset(root: Schema, state: State, made: Field) -> str:
    drop(state, made.name)
    default = ABSENT if made.default is None and not made.required else made.default
    Filler(root, state).fill(made.schema, made.name, default, made.depth)
    return made.id


def _raw(root: Schema, state: State, made: Field) -> str:
    """From the fields to the JSON box: what cannot be read goes along as text."""
    value = made.value
    drop(state, made.name)
    state[f"{made.name}~m"] = ["raw"]
    state[f"{made.name}~j"] = ["" if isinstance(value, Absent) else exact.dumps(value, indent=2)]
    return made.id


def _form(root: Schema, state: State, made: Field) -> str:
    """From the JSON box to the fields. Text that is not JSON stays in the box, with its fault."""
    try:
        value = exact.loads(made.text) if made.text.strip() else ABSENT
    except exact.NotJsonError:
        return made.id
    drop(state, made.name)
    Filler(root, state).fill(made.schema, made.name, value, made.depth)
    return made.id


def _rows(root: Schema, state: State, made: Field) -> str:
    """From ticks to rows, which can repeat a value and say an order."""
    value = made.value
    drop(state, made.name)
    state[f"{made.name}~m"] = ["rows"]
    state[f"{made.name}~s"] = ["value"]
    if isinstance(value, list):
        state[f"{made.name}~r"] = []
        for place, item in enumerate(value, 1):
            state[f"{made.name}~r"].append(f"r{place}")
            inner = f"{made.name}/r{place}"
            Filler(root, state).fill(made.shape.items, inner, item, made.depth + 1)
    return made.id


def _branch(root: Schema, state: State, made: Field) -> str:
    """Reading does the switch: it knows which branch was shown before."""
    return made.id


_ACTS: dict[str, Edit] = {
    "add": _add,
    "reset": _reset,
    "raw": _raw,
    "form": _form,
    "rows": _rows,
    "branch": _branch,
}
