"""Going from one branch of a choice to another without losing what was typed."""

import json
from collections.abc import Callable

from ouro_web.lib.fields import names
from ouro_web.lib.fields.branches import tags
from ouro_web.lib.fields.choose import fits
from ouro_web.lib.fields.exact import Absent, Json
from ouro_web.lib.fields.fill import Filler, defaults
from ouro_web.lib.fields.names import State, one
from ouro_web.lib.fields.tree import Field
from ouro_web.lib.fields.view import Schema

Drafts = dict[str, State]  # branch -> its names (without that of the choice) and their values


def switch(
    root: Schema,
    state: State,
    made: Field,
    to: int | None,
    value_of: Callable[[int], Json | Absent],
) -> bool:
    """Put what was typed for the branch shown before aside; bring back what was typed for the new
    one, or carry over what fits. `value_of` reads the branch that was shown. Says whether the
    branch is another one now."""
    at, drafts = _drafts(one(state, f"{made.name}~d"))
    switched = at is not None and at != to and 0 <= at < len(made.shape.branches)
    if at is not None and switched:
        kept = {f"{made.name}~b", f"{made.name}~d", f"{made.name}~k"}
        old = [name for name in names.below(state, made.name) if name not in kept]
        before = value_of(at)
        drafts[str(at)] = {name[len(made.name) :]: state.pop(name) for name in old}
        if str(to) in drafts:
            state.update({made.name + rest: kept for rest, kept in drafts[str(to)].items()})
        elif to is not None:
            branch = made.shape.branches[to].schema
            value = _carried(root, branch, before)
            Filler(root, state).fill(branch, made.name, value, made.depth + 1)
    made.draft = json.dumps({"at": to, "drafts": drafts})
    return switched


def _carried(root: Schema, branch: Schema, before: Json | Absent) -> Json | Absent:
    """Values of equally named fields that fit go along to another branch."""
    fresh = defaults(root, branch, required=True)
    if isinstance(fresh, dict) and isinstance(before, dict):
        properties = branch.get("properties", {})
        kept = {
            key: value
            for key, value in before.items()
            if isinstance(properties.get(key), dict) and fits(root, properties[key], value)
        }
        return {**fresh, **kept, **dict(tags(root, branch))}
    if isinstance(fresh, Absent) and not isinstance(before, Absent) and fits(root, branch, before):
        return before
    return fresh


def _drafts(text: str) -> tuple[int | None, Drafts]:
    """The hidden input travels through the browser, so its shape is not trusted."""
    try:
        given = json.loads(text) if text else {}
        at, drafts = given.get("at"), given.get("drafts", {})
        clean = {str(branch): _clean(posted) for branch, posted in drafts.items()}
    except (ValueError, AttributeError, TypeError, RecursionError):
        return None, {}
    return (at if type(at) is int else None), clean


def _clean(posted: dict[str, list[str]]) -> State:
    return {str(name): [str(value) for value in kept] for name, kept in posted.items()}
