"""What a run form opens with: the defaults, a past run, an example, a preset, a link, a draft."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ouro_web.accounts.models import User
from ouro_web.actions import saved
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action, SavedForm
from ouro_web.lib import fields
from ouro_web.lib.fields import exact
from ouro_web.lib.fields.names import State
from ouro_web.services.models import Route
from ouro_web.web.forms import links
from ouro_web.web.forms.destination import uuid_in
from ouro_web.web.forms.run import declared
from ouro_web.web.http import Request

UNREADABLE = "The values of this link cannot be read, so the form has its defaults."
NOT_SEEN = "That run is not one you can see, so the form has its defaults."


@dataclass(frozen=True)
class Source:
    """`document` is None for the defaults; `state` holds assets, where outputs go, and of a draft
    what was typed; `problems` are messages by the names of fields."""

    document: dict[str, Any] | None = None
    state: State = field(default_factory=dict)
    note: str = ""
    kept_from: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    preset: SavedForm | None = None
    draft: bool = False


def source(request: Request, route: Route) -> Source:
    """By the query. Without one, what this person has left unfinished here."""
    given = request.GET
    if "action" in given:
        return _past_run(request, route, given["action"])
    if given.get("fill", "").startswith("example"):
        return _example(route, given["fill"].removeprefix("example").strip("-"))
    if "preset" in given:
        return _preset(request, route, given["preset"])
    if "v" in given:
        return _of_link(links.unpack(route, given["v"]))
    if "values" in given:
        return _stored_link(route, given["values"])
    return Source() if given else _draft(request, route)


def _past_run(request: Request, route: Route, wanted: str) -> Source:
    """Exactly as it ran: presence comes from that run alone, no default is added."""
    pk = uuid_in(wanted)
    seen = Action.objects.visible_to(request.user).filter(route=route)
    action = seen.filter(pk=pk).first() if pk else None
    if action is None:
        return Source(note=NOT_SEEN)
    call = Call.from_json(action.call)
    state = {f"a/{name}": [str(pk) for pk in ids] for name, ids in call.assets().items()}
    state |= {
        f"to/{name.removesuffix('_id')}": [value]
        for name, value in call.destination.as_json().items()
        if value
    }
    problems = (action.error or {}).get("problems") or {}
    document = call.document()
    shown = fields.without_secrets(route.operation, document)
    note = "Filled exactly as that run was."
    if shown is document:
        return Source(document, state, note, problems=problems)
    if action.user_id != request.user.pk:
        return Source(shown, state, f"{note} Its secrets are not shown; type your own.")
    form = fields.reopened(route.operation, declared(route), document)
    whole = exact.same(form.document.get("body"), document.get("body"))
    but = "are not shown; they are sent again" if whole else "are not shown; type them once more"
    return Source(document, state, f"{note} Its secrets {but}.", str(action.pk), problems)


def _example(route: Route, number: str) -> Source:
    found = fields.examples(route.operation)
    place = int(number) if number.isdecimal() else 0
    if place >= len(found):
        return Source()
    return Source(found[place], note="Filled with the example from the specification.")


def _preset(request: Request, route: Route, wanted: str) -> Source:
    pk, person = uuid_in(wanted), request.user
    rows = saved.presets(route, person) if isinstance(person, User) else None
    found = rows.filter(pk=pk).first() if rows is not None and pk else None
    if found is None:
        return Source(note="That preset is not one you can see, so the form has its defaults.")
    made = _of_link(links.checked(route, found.document, found.input_assets))
    note = f"Filled with the preset “{found.name}”."
    return Source(made.document, made.state, note, preset=found)


def _of_link(values: links.Values | None) -> Source:
    if values is None:
        return Source(note=UNREADABLE)
    document, assets = values
    state = {f"a/{name}": ids for name, ids in assets.items()}
    return Source(document, state, "Filled with the values of a link. Nothing has been run.")


def _stored_link(route: Route, wanted: str) -> Source:
    pk: UUID | None = uuid_in(wanted)
    found = saved.link(route, pk) if pk else None
    return _of_link(links.checked(route, found.document, found.input_assets) if found else None)


def _draft(request: Request, route: Route) -> Source:
    """As it was typed, while the route still has the fields it was typed into; else its values."""
    found = saved.draft(route, request.user) if isinstance(request.user, User) else None
    if found is None:
        return Source()
    note = "Your unfinished values are back."
    if found.revision == route.revision_id:
        return Source(None, found.state, note, draft=True)
    assets = {f"a/{name}": ids for name, ids in found.input_assets.items()}
    return Source(found.document, assets, note, draft=True)
