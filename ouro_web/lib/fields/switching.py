"""Going from one branch of a choice to another without losing what was typed."""

import json
from collections.abc import Callable

from ouro_web.lib.fields import names
from ouro_web.lib.fields.branches import tags
from ouro_web.lib.fields.choose import fits
from ouro_web.lib.fields.exact import ABSENT, Absent, Json
from ouro_web.lib.fields.fill import Filler, defaults
from ouro_web.lib.fields.names import State, one
from ouro_web.lib.fields.tree import Field
from ouro_web.lib.fields.view import Schema

NONE, UNKNOWN = -1, -2  # in the place of a branch: none was shown; not known
Drafts = dict[str, State]  # branch -> its names (without that of the choice) and their values


def switch(
    root: Schema,
    state: State,
    made: Field,
    to: int | None,
    value_of: Callable[[int], Json | Absent],
) -> bool:
    """Put what was typed for the branch shown before aside; bring back what was typed for the new
    one, or carry over what fits. `value_of` reads the branch that was shown. One that is shown
    after none begins with its defaults. Says whether the branch is another one now."""
    at, drafts = _drafts(one(state, f"{made.name}~d"))
    kept = {f"{made.name}~b", f"{made.name}~d", f"{made.name}~k"}
    old = [name for name in names.below(state, made.name) if name not in kept]
    opened = at == NONE and to is not None and not old
    switched = at != to and 0 <= at < len(made.shape.branches)
    before: Json | Absent = ABSENT
    if switched:
        before = value_of(at)
        drafts[str(at)] = {name[len(made.name) :]: state.pop(name) for name in old}
    if str(to) in drafts and (switched or opened):
        state.update({made.name + rest: kept for rest, kept in drafts[str(to)].items()})
    elif to is not None and (switched or opened):
        branch = made.shape.branches[to].schema
        value = _carried(root, branch, before)
        Filler(root, state).fill(branch, made.name, value, made.depth + 1)
    made.draft = json.dumps({"at": NONE if to is None else to, "drafts": drafts})
    return switched or opened


def _carried(root: Schema, branch: Schema, before: Json | Absent) -> Json | Absent:
    """Values of equally named fields that fit go along to another branch."""
    fresh = defaults(root, branch, required=True)
    if isinstance(fresh, dict):
        properties = branch.get("properties", {})
        kept = {
            key: value
            for key, value in (before if isinstance(before, dict) else {}).items()
            if isinstance(properties.get(key), dict) and fits(root, properties[key], value)
        }
        return {**fresh, **kept, **dict(tags(root, branch))}
    if isinstance(fresh, Absent) and not isinstance(before, Absent) and fits(root, branch, before):
        return before
    return fresh


def _drafts(text: str) -> tuple[int, Drafts]:
    """The branch that was shown, and what was put aside. The hidden input travels through the
    browser, so its shape is not trusted."""
    try:
        given = json.loads(text) if text else {}
        at, drafts = given.get("at"), given.get("drafts", {})
        clean = {str(branch): _clean(posted) for branch, posted in drafts.items()}
    except (ValueError, AttributeError, TypeError, RecursionError):
        return UNKNOWN, {}
    return (at if type(at) is int else UNKNOWN), clean


def _clean(posted: dict[str, list[str]]) -> State:
    return {str(name): [str(value) for value in kept] for name, kept in posted.items()}
