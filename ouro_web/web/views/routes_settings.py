"""Routes described by hand: a new one of a service, and the settings of any."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from ouro_web.services import declaring
from ouro_web.services.declaring import BY_HAND
from ouro_web.services.importing import KEPT
from ouro_web.services.models import Route
from ouro_web.web import route_page
from ouro_web.web.forms.asset_rows import AssetRows
from ouro_web.web.forms.routes import HandmadeForm, ImportedForm, RouteForm
from ouro_web.web.http import Request, SignedInRequest, render
from ouro_web.web.lookup import may_edit
from ouro_web.web.views.services import frame
from ouro_web.web.views.services_making import editable_service


@login_required
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    """A route that no document describes."""
    service = editable_service(request, owner, slug)
    form = HandmadeForm(request.POST or None)
    inputs, outputs = _rows(request, None)
    if _is_sent(request) and all([form.is_valid(), inputs.is_valid(), outputs.is_valid()]):
        try:
            route = declaring.declare(service, _given(form, inputs, outputs))
        except ValidationError as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{route.name} is ready.")
            return redirect(route)
    context = {
        **frame(request.user, service, "routes"),
        "form": form,
        "inputs": inputs,
        "outputs": outputs,
    }
    return render(
        request, "services/add_route.html", context, status=_status(request, form, inputs, outputs)
    )


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    """What its owner says about a route beside its document, and what would make it better."""
    route = route_page.find(request.user, owner, slug)
    if not may_edit(request.user, route):
        raise PermissionDenied("You may see this route, but not change it.")
    if request.method == "POST" and request.POST.get("_do") == "as-declared":
        declaring.forget(route)
        messages.success(request, "The assets are again those of the document.")
        return redirect("routes:settings", owner=route.namespace, slug=route.slug)
    data = request.POST or None
    by_hand = bool(route.metadata.get(BY_HAND))
    form = HandmadeForm(data, route=route) if by_hand else ImportedForm(data, route=route)
    inputs, outputs = _rows(request, route)
    if _is_sent(request) and all([form.is_valid(), inputs.is_valid(), outputs.is_valid()]):
        try:
            declaring.redeclare(route, _given(form, inputs, outputs, route))
        except ValidationError as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Saved.")
            return redirect("routes:settings", owner=route.namespace, slug=route.slug)
    context = {
        **route_page.frame(request, route, "settings"),
        "form": form,
        "inputs": inputs,
        "outputs": outputs,
        "by_hand": by_hand,
        "kept": route.metadata.get(KEPT, ()),
        "hints": declaring.hints_for(route),
        "remarks": route.operation.get("remarks") or [],
    }
    return render(
        request, "routes/settings.html", context, status=_status(request, form, inputs, outputs)
    )


def _rows(request: Request, route: Route | None) -> tuple[AssetRows, AssetRows]:
    data = request.POST if request.method == "POST" else None
    stored: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    if route:
        stored = (route.input_assets, route.output_assets)
    return AssetRows("input", data, stored[0]), AssetRows("output", data, stored[1])


def _given(
    form: RouteForm, inputs: AssetRows, outputs: AssetRows, route: Route | None = None
) -> dict[str, Any]:
    """Only the assets that differ, so that the others still follow the document."""
    given = form.given()
    if route is None or inputs.declared() != route.input_assets:
        given["input_assets"] = inputs.declared()
    if route is None or outputs.declared() != route.output_assets:
        given["output_assets"] = outputs.declared()
    if route is not None and given["execution_mode"] == route.execution_mode:
        del given["execution_mode"]
    return given


def _is_sent(request: Request) -> bool:
    """Not only a row more was asked for."""
    return request.method == "POST" and not request.POST.get("_do", "").startswith("add:")


def _status(request: Request, form: RouteForm, *rows: AssetRows) -> int:
    wrong = bool(form.errors) or any(
        each.error or any(row.errors for row in each.rows) for each in rows
    )
    return 422 if _is_sent(request) and wrong else 200
