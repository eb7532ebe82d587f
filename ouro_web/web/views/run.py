"""The Run tab of a route: its form, filled and checked by the server, and the latest run."""

import json
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from ouro_web.accounts.models import User
from ouro_web.actions import run as runs
from ouro_web.actions import saved
from ouro_web.actions.run import TooManyRunsError
from ouro_web.lib.fields.names import State
from ouro_web.services.models import Route
from ouro_web.web import looks, route_page
from ouro_web.web.forms import links, sources
from ouro_web.web.forms import run as forms
from ouro_web.web.forms.asset_input import offered
from ouro_web.web.forms.destination import place_as_usual
from ouro_web.web.forms.run import RunForm
from ouro_web.web.forms.sources import Source
from ouro_web.web.frame import frame_of
from ouro_web.web.http import Request, render, sends_to_the_store, wanted_part
from ouro_web.web.uploads import keep_uploads, without
from ouro_web.web.views import run_keeping

ORDER = "_do"


@require_safe
def by_id(request: Request, pk: UUID) -> HttpResponse:
    """The address that never changes leads to the one people read, with its query."""
    route = get_object_or_404(Route.objects.visible_to(request.user), pk=pk)
    query = request.GET.urlencode()
    return redirect(f"{route.get_absolute_url()}{'?' if query else ''}{query}")


@require_http_methods(["GET", "HEAD", "POST"])
@sends_to_the_store
def page(request: Request, owner: str, slug: str) -> HttpResponse:
    # Most posts start a run and lead away from this page: they need only the route itself.
    related = ("service",) if request.method == "POST" else route_page.RELATED
    route = route_page.find(request.user, owner, slug, related=related)
    if request.method != "POST" and wanted_part(request, "latest"):
        return _latest(request, route)
    if request.method != "POST" and wanted_part(request, "form"):
        return _changed(request, route, _refilled(request, route), typed=False)
    if request.method != "POST":
        looks.note(request, route)
        return _page(request, route, _opened(request, route))
    if not request.user.is_authenticated:
        away = redirect_to_login(route.get_absolute_url())
        return HttpResponse(status=204, headers={"HX-Redirect": away.url}) if request.htmx else away
    return _posted(request, route)


def _latest(request: Request, route: Route) -> HttpResponse:
    """The poll of the right column; an unchanged run costs no body."""
    run = route_page.latest(request, route)
    if run is None:
        return HttpResponse(status=204)
    if request.headers.get("If-None-Match") == run.etag:
        return HttpResponseNotModified(headers={"ETag": run.etag})
    context = {"latest": run, "route": route, "readouts": route_page.readouts(route)}
    response = render(request, "routes/run.html", context, part="latest")
    response.headers["ETag"] = run.etag
    return response


def _posted(request: Request, route: Route) -> HttpResponse:
    order = request.POST.get(ORDER, "")
    if order == "discard":
        return _discarded(request, route)
    state, faults = keep_uploads(request, forms.declared(route), _state(request))
    state = without(state, order)
    form = forms.posted(route, request.user, state, order)
    for item in form.inputs:
        item.error = faults.get(item.name, item.error)
        if order == f"search:{item.control}":
            item.error = ""
            item.offers = offered(item.declaration, request.user, item.typed)
    if order in run_keeping.ORDERS:
        return run_keeping.ORDERS[order](request, route, form) or _changed(request, route, form)
    if order:
        return _changed(request, route, form)
    return _started(request, route, form)


def _started(request: Request, route: Route, form: RunForm) -> HttpResponse:
    if not form.judge():
        return _form_again(request, route, form, status=422)
    try:
        action = runs.start(route, cast(User, request.user), form.call())
    except TooManyRunsError as refused:
        form.refuse(refused)
        return _form_again(request, route, form, status=429)
    except ValidationError as refused:
        form.refuse(refused)
        return _form_again(request, route, form, status=422)
    saved.drop_draft(route, cast(User, request.user))
    if request.htmx:
        return _beside(request, route)
    return HttpResponseRedirect(reverse("actions:detail", args=[action.pk]), status=303)


def _beside(request: Request, route: Route) -> HttpResponse:
    """The run in the right column; the form stays as it is."""
    context = {"route": route, **route_page.beside_the_form(request, route)}
    context |= route_page.results(request, route)
    response = render(request, "routes/run.html", context, part="result")
    told = {"run:started": {"focus": "result-title", "said": "The run has started."}}
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#result", "outerHTML"
    response.headers["HX-Trigger-After-Settle"] = json.dumps(told)
    return response


def _form_again(request: Request, route: Route, form: RunForm, *, status: int) -> HttpResponse:
    part = "form" if request.htmx else ""
    return _page(request, route, form, status=status, part=part)


def _refilled(request: Request, route: Route) -> RunForm:
    """By a link of the page itself, which then stays."""
    form = _opened(request, route)
    form.form.focus, form.form.said = "fill-from", form.note or "Filled with the defaults."
    return form


def _discarded(request: Request, route: Route) -> HttpResponse:
    saved.drop_draft(route, cast(User, request.user))
    if request.htmx:
        return _changed(request, route, _refilled(request, route), typed=False)
    return HttpResponseRedirect(route.get_absolute_url(), status=303)


def _state(request: Request) -> State:
    """Every posted name with its values. What was chosen from a list is then simply chosen."""
    return {name: list(values) for name, values in request.POST.lists()}


def _changed(request: Request, route: Route, form: RunForm, *, typed: bool = True) -> HttpResponse:
    """The form after one of its own buttons; htmx takes the node out of it that it asked for. What
    was `typed` is worth a draft."""
    part = "form" if request.htmx else ""
    response = _page(request, route, form, part=part)
    if request.htmx:
        told = {"run:changed": {"focus": form.form.focus, "said": form.form.said, "typed": typed}}
        response.headers["HX-Trigger-After-Settle"] = json.dumps(told)
    return response


def _opened(request: Request, route: Route) -> RunForm:
    """Fresh, or as its source says, with the values of a link on top."""
    link = {name: list(values) for name, values in request.GET.lists() if links.is_link_name(name)}
    source = sources.source(request, route)
    form = _filled(request, route, source, link)
    form.note = source.note or (_link_note(form, request) if _asked(request) else "")
    form.kept_from, form.preset, form.is_draft = source.kept_from, source.preset, source.draft
    if source.problems:
        form.tell(source.problems)
    if isinstance(request.user, User) and not any(name.startswith("to/") for name in source.state):
        context = frame_of(request).organization
        place_as_usual(form.destination, route, request.user, context)
    return form


def _filled(request: Request, route: Route, source: Source, link: State) -> RunForm:
    if source.draft and source.document is None:
        return forms.typed(route, request.user, source.state)
    return forms.opened(
        route,
        request.user,
        document=source.document,
        state={**source.state, **link},
        kept=bool(source.kept_from),
        open_only=bool(link),
    )


def _asked(request: Request) -> list[str]:
    """Names that look like fields: what a link wants to fill in."""
    return [name for name in request.GET if name[:2] in ("p/", "q/", "h/", "c/", "b/", "b~", "a/")]


def _link_note(form: RunForm, request: Request) -> str:
    """A link fills and says so; it never runs, and names what it could not use."""
    known = {item.control for item in form.inputs}
    for area in form.form.areas:
        known |= {item.name for item in area.walk() if links.is_link_name(item.name)}
        known -= {item.name for item in area.walk() if item.kind == "secret"}
    strange = sorted(name for name in _asked(request) if name.partition("~")[0] not in known)
    note = "Filled with the values of a link. Nothing has been run."
    return f"{note} Not used: {', '.join(strange[:5])}." if strange else note


def _page(
    request: Request, route: Route, form: RunForm, *, status: int = 200, part: str = ""
) -> HttpResponse:
    beside = route_page.beside_the_form(request, route)
    context: dict[str, Any] = {"form": form, "route": route, **beside}
    if isinstance(request.user, User):
        context |= {"presets": saved.presets(route, request.user), "teams": form.destination.teams}
    if not part:
        for item in form.inputs:
            if item.offers is None:
                item.offers = offered(item.declaration, request.user)
        context |= route_page.frame(request, route, "run") | route_page.results(request, route)
    return render(request, "routes/run.html", context, part=part, status=status)
