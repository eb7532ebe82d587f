"""The buttons of a run form that keep its values: as a draft, a preset or a link."""

from collections.abc import Callable
from typing import cast

from django.core.exceptions import ValidationError
from django.http import HttpResponse

from ouro_web.accounts.models import User
from ouro_web.actions import saved
from ouro_web.lib import fields
from ouro_web.services.models import Route
from ouro_web.web.forms import links
from ouro_web.web.forms.destination import uuid_in
from ouro_web.web.forms.run import RunForm
from ouro_web.web.http import Request

# The form's own state; what a page adds to it (the token, the button, files) is not kept.
KEPT = ("p/", "q/", "h/", "c/", "b/", "a/", "to/", "p~", "q~", "h~", "c~", "b~")

Keep = Callable[[Request, Route, RunForm], HttpResponse | None]


def _draft(request: Request, route: Route, form: RunForm) -> HttpResponse:
    """Sent by the page itself while somebody types."""
    document = form.form.document
    shown = fields.without_secrets(route.operation, document)
    state = form.form.state if shown is document else _untyped(route, form, shown)
    kept = {name: values for name, values in state.items() if name.startswith(KEPT)}
    try:
        saved.keep_draft(route, cast(User, request.user), shown, form.asset_ids(), kept)
    except ValidationError:
        return HttpResponse(status=422)
    return HttpResponse(status=204)


def _untyped(route: Route, form: RunForm, shown: fields.Document) -> fields.State:
    """With secrets among the fields only what could be read is kept, without them."""
    state = fields.build(route.operation, {}, shown).state
    own = {name: values for name, values in form.form.state.items() if name[:2] in ("a/", "to")}
    return {**state, **own}


def _preset(request: Request, route: Route, form: RunForm) -> HttpResponse | None:
    try:
        made = saved.keep_preset(
            route,
            cast(User, request.user),
            links.open_part(route, form.form.document),
            form.asset_ids(),
            name=request.POST.get("_preset", ""),
            team_id=uuid_in(request.POST.get("_team", "")),
        )
    except ValidationError as refused:
        form.naming = " ".join(refused.messages)
        return None
    form.preset, form.note = made, f"Kept as the preset “{made.name}”."
    form.form.said = form.note
    return None


def _forget(request: Request, route: Route, form: RunForm) -> HttpResponse | None:
    pk, person = uuid_in(request.POST.get("_opened_preset", "")), cast(User, request.user)
    found = saved.presets(route, person).filter(pk=pk).first() if pk else None
    if found is not None:
        saved.delete(found, person)
        form.note = form.form.said = f"The preset “{found.name}” is deleted."
    return None


def _link(request: Request, route: Route, form: RunForm) -> HttpResponse | None:
    document, assets = form.form.document, form.asset_ids()
    query = links.query(route, form.form.state, document, assets)
    if not query:
        try:
            shown = links.open_part(route, document)
            kept = saved.keep_link(route, cast(User, request.user), shown, assets)
        except ValidationError as refused:
            form.note = " ".join(refused.messages)
            return None
        query = f"values={kept.pk}"
    form.link = request.build_absolute_uri(f"{route.get_absolute_url()}?{query}")
    form.form.said = "The link is ready to be copied."
    form.form.focus = "run-link"
    return None


ORDERS: dict[str, Keep] = {
    "draft": _draft,
    "preset": _preset,
    "forget": _forget,
    "link": _link,
}
