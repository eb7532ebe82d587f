"""Routes: single operations of services, read, made and changed one by one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from ninja import Schema

from ouro_web.actions import speed
from ouro_web.actions.models import LIVE, Action
from ouro_web.api.bodies import Given
from ouro_web.api.giving import changes
from ouro_web.api.http import Request, answer, find, router
from ouro_web.api.removing import removed
from ouro_web.api.shapes import actions as action_shapes
from ouro_web.api.shapes.routes import route as shape
from ouro_web.api.views.runs import of_service
from ouro_web.assets import changing
from ouro_web.assets.models import Asset
from ouro_web.services.declaring import declare, redeclare
from ouro_web.services.models import Route, Service

routes = router("Routes")

AT_MOST = 50


class RouteGiven(Given):
    """`parameters` and `request_body` are written as in an OpenAPI operation; `input_assets` and
    `output_assets` are declarations by name."""

    method: str | None = None
    path: str | None = None
    parameters: list[dict[str, Any]] | None = None
    request_body: dict[str, Any] | None = None
    responses: dict[str, Any] | None = None
    input_assets: dict[str, Any] | None = None
    output_assets: dict[str, Any] | None = None
    execution_mode: str | None = None


class RouteBody(Schema):
    route: RouteGiven


class NameToId(Schema):
    name: str
    entityName: str  # noqa: N815 - the client's spelling
    assetType: str = "route"  # noqa: N815


@routes.post("/elements/common/name-to-id")
def name_to_id(request: Request, body: NameToId) -> Any:
    """The id behind `creator/name`. `entityName` is a username, an organization's name, or the id
    of a service."""
    rows = Asset.objects.visible_to(request.auth.user).filter(
        asset_type=body.assetType, slug=body.name
    )
    service = _as_id(body.entityName)
    rows = rows.filter(parent=service) if service else rows.filter(namespace=body.entityName)
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise Http404
    return answer({"id": found})


@routes.get("/routes/{asset:pk}")
def retrieve(request: Request, pk: str) -> Any:
    """One route with its request, its declared assets and how long its runs take."""
    row = find(Route, request, pk)
    return answer(shape(row, speed=speed.of(row)))


@routes.get("/routes/{uuid:pk}/stats")
def stats(request: Request, pk: UUID) -> Any:
    """How often it was run, and one's own runs that are going on."""
    row, user = find(Route, request, pk), request.auth.user
    runs = Action.objects.filter(route=row)
    since = timezone.now() - timedelta(days=1)
    live = runs.filter(user=user, status__in=LIVE, created_at__gte=since).order_by("-pk")[:AT_MOST]
    readable = Asset.objects.readable_by(user).filter(pk=row.pk).exists()
    going_on = action_shapes.complete(Action.objects.filter(pk__in=[one.pk for one in live]), user)
    return answer(
        {
            "access": "granted" if readable else "denied",
            "total": runs.count(),
            "userTotal": runs.filter(user=user).count(),
            "inProgress": [action_shapes.action(one) for one in going_on.order_by("-pk")],
            "monetization": None,
        }
    )


@routes.get("/services/{uuid:service_id}/routes/{uuid:route_id}/cost")
def cost(request: Request, service_id: UUID, route_id: UUID) -> Any:
    """What a run costs: nothing, on this site."""
    of_service(request, service_id, route_id)
    nothing = {"unit_cost": 0, "quantity": 1, "total_cost": 0}
    words = {"cost_accounting": "fixed", "cost_unit": "call", "currency": _currency(request)}
    return answer({"cost": words | nothing})


@routes.post("/services/{uuid:service_id}/routes/create")
def create(request: Request, service_id: UUID, body: RouteBody) -> Any:
    """Declare one operation of a service."""
    service = find(Service, request, service_id, "editable_by")
    with transaction.atomic():
        made = declare(service, body.route.values())
        changing.change(made, changes(request, made, body.route), by=request.auth.user)
    return answer(shape(find(Route, request, made.pk)))


@routes.put("/services/{uuid:service_id}/routes/{uuid:route_id}")
def update(request: Request, service_id: UUID, route_id: UUID, body: RouteBody) -> Any:
    """Change what is given, and leave the rest as it is."""
    of_service(request, service_id, route_id)
    row = find(Route, request, route_id, "editable_by")
    with transaction.atomic():
        redeclare(row, body.route.values())
        changing.change(row, changes(request, row, body.route), by=request.auth.user)
    return answer(shape(row))


@routes.delete("/routes/{asset:pk}")
def delete(request: Request, pk: str, delete_children: bool = False, dry_run: bool = False) -> Any:
    """Its runs stay. `dry_run=true` changes nothing."""
    row = find(Route, request, pk, "managed_by")
    return answer(removed(row, children=delete_children, dry_run=dry_run))


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _currency(request: Request) -> str:
    return "btc" if request.GET.get("currency") == "btc" else "usd"
