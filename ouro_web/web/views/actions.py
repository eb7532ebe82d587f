"""Runs: one's own over all routes, those of one route, and the page of a single run."""

import json
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from ouro_web.accounts.models import User
from ouro_web.actions import late, run
from ouro_web.actions.models import Action, ActionVisibility
from ouro_web.notifications.notify import run_seen
from ouro_web.web import history, route_page, runs
from ouro_web.web.http import Request, SignedInRequest, render, wanted_part
from ouro_web.web.run_page import LEVELS, RunPage


@require_safe
def mine(request: Request) -> HttpResponse:
    """My runs over all routes, or everyone's that I may see."""
    found = history.of(request)
    return listed(request, "actions/list.html", found, {})


def listed(
    request: Request, template: str, found: history.History, context: dict[str, object]
) -> HttpResponse:
    """The table of runs; while it polls, an unchanged one costs no body."""
    part = wanted_part(request, "rows")
    if part and request.headers.get("If-None-Match") == found.etag:
        return _not_modified(found.etag)
    response = render(request, template, {"history": found, **context}, part=part)
    if part:
        response.headers["ETag"] = found.etag
    return response


@require_safe
def of_route(request: Request, owner: str, slug: str) -> HttpResponse:
    """The Actions tab of a route."""
    route = route_page.find(request.user, owner, slug)
    found = history.of(request, route)
    frame = {} if wanted_part(request, "rows") else route_page.frame(request, route, "actions")
    return listed(request, "routes/actions.html", found, {"route": route, **frame})


@require_safe
def detail(request: Request, pk: UUID) -> HttpResponse:
    page = _page(request, pk)
    part = wanted_part(request, "run")
    if part and request.headers.get("If-None-Match") == page.etag:
        return _not_modified(page.etag)
    if isinstance(request.user, User) and page.action.is_final:
        run_seen(request.user, page.action.pk)
    context = {"page": page, "action": page.action}
    response = render(request, "actions/detail.html", context, part=part)
    if part:
        response.headers["ETag"] = page.etag
    return response


@require_safe
def logs(request: Request, pk: UUID) -> HttpResponse:
    """The whole log as a text file."""
    action = _visible(request, pk)
    lines = [
        f"{line.created_at:%Y-%m-%d %H:%M:%S.%f} {line.level:<7} {line.source:<8} {line.message}"
        for line in action.logs.order_by("pk").iterator()
    ]
    return _download("\n".join([*lines, ""]), f"run-{action.pk}.log", "text/plain")


@require_safe
def raw(request: Request, pk: UUID, side: str) -> HttpResponse:
    """One side of the exchange, whole."""
    page = _page(request, pk)
    sheet = {"request": page.request_sheet, "response": page.response_sheet}.get(side)
    if sheet is None:
        raise Http404
    return _download(sheet.text, f"run-{pk}-{side}.json", "application/json")


@require_safe
def again(request: Request, pk: UUID) -> HttpResponse:
    """The form of the route, filled exactly as it ran."""
    action = _visible(request, pk)
    if action.route is None:
        raise Http404
    return redirect(f"{action.route.get_absolute_url()}?action={action.pk}")


@require_POST
@login_required
def cancel(request: SignedInRequest, pk: UUID) -> HttpResponse:
    action = _visible(request, pk)
    kind, said = "success", "The run is cancelled."
    try:
        run.cancel(action, request.user)
    except ValidationError as refused:
        kind, said = "error", refused.messages[0]
    if request.htmx:  # the page polls by itself
        told = json.dumps({"note": {"kind": kind, "text": said}})
        return HttpResponse(status=204, headers={"HX-Trigger": told})
    messages.add_message(request, messages.SUCCESS if kind == "success" else messages.ERROR, said)
    return redirect(action)


@require_POST
@login_required
def share(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Explicit, and only by the one who ran it."""
    action = _visible(request, pk)
    try:
        run.share(action, request.user, visibility=request.POST.get("visibility", ""))
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        shared = action.visibility == ActionVisibility.ROUTE
        messages.success(
            request,
            "Everybody who may see the route can see this run."
            if shared
            else "The run is private again.",
        )
    return redirect(action)


@require_POST
@login_required
def accept_late(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Make outputs of a result that came after the run had timed out."""
    action = _visible(request, pk)
    try:
        late.accept(action, request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, "The late result is being saved as outputs.")
    return redirect(action)


def _visible(request: Request, pk: UUID) -> Action:
    found = runs.detailed(Action.objects.visible_to(request.user), request.user)
    return get_object_or_404(found, pk=pk)


def _page(request: Request, pk: UUID) -> RunPage:
    level = request.GET.get("level", "")
    return RunPage(_visible(request, pk), request.user, level=level if level in LEVELS else "")


def _not_modified(etag: str) -> HttpResponse:
    response = HttpResponseNotModified()
    response.headers["ETag"] = etag
    return response


def _download(text: str, name: str, media_type: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    headers = {"Content-Disposition": disposition}
    return HttpResponse(text, content_type=f"{media_type}; charset=utf-8", headers=headers)
