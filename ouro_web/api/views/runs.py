"""Running a route, and the runs of one."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet, UUIDField
from django.http import Http404, HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from ouro_web.actions import run as operations
from ouro_web.actions.models import Action, ActionQuerySet, Announce, Status
from ouro_web.actions.run import TooManyRunsError
from ouro_web.api import waiting
from ouro_web.api.calls import Use, call_of, refused
from ouro_web.api.errors import Payment
from ouro_web.api.http import Request, find, paged, router
from ouro_web.api.placing import refuse_elsewhere
from ouro_web.api.shapes import actions as shapes
from ouro_web.assets.access import Visibility, may_read
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot
from ouro_web.services.models import Route

runs = router("Running")


@runs.post("/services/{uuid:service_id}/routes/{uuid:route_id}/use")
def use(request: Request, service_id: UUID, route_id: UUID, body: Use) -> Any:
    """Run a route. The answer comes when the run has ended, with the run as `action`; with
    `Prefer: respond-async`, or after 100 seconds, it is 202 and the run can be looked at under
    `/actions/{id}`. What the service refused is answered with an error and the `action`."""
    user = request.auth.user
    route = _of_service.first(pk=route_id, service=service_id)
    if route is None or not may_read(route.pk, user):
        route = of_service(request, service_id, route_id)  # which says why not
        _paid(route)
    organization = request.auth.organization
    start = operations.start if wants_no_wait(request) else operations.start_here
    try:
        call = call_of(
            route, body.config, organization_id=organization.pk if organization else None
        )
        refuse_elsewhere(request.auth, call.destination.organization_id, call.destination.team_id)
        action = start(route, user, call, announce=announcement(request))
    except TooManyRunsError:
        raise
    except ValidationError as error:
        raise refused(error) from error
    if wants_no_wait(request):
        return waiting.accepted(request, action, user)
    return waiting.awaited(request, action, user)


@runs.get("/services/{uuid:service_id}/routes/{uuid:route_id}/actions")
def of_route(request: Request, service_id: UUID, route_id: UUID) -> Any:
    """The runs of a route, newest first: one's own, and with `global=true` all that one may see.
    Also `exclude_self`, `status` (several with commas), `limit` and `offset`."""
    route, user = of_service(request, service_id, route_id), request.auth.user
    rows = Action.objects.visible_to(user).filter(route=route)
    if request.GET.get("exclude_self") == "true":
        rows = rows.exclude(user=user)
    elif request.GET.get("global") != "true":
        rows = rows.filter(user=user)
    return listed(request, rows)


def listed(request: Request, rows: ActionQuerySet) -> dict[str, Any]:
    rows = shapes.complete(with_status(request, rows), request.auth.user)
    return paged(rows.order_by("-pk"), request, shapes.action)


# Programs run routes again and again, and a find with its five tables costs more than the run.
_of_service: "kept.Rows[Route]" = kept.Rows(
    lambda: (
        QuerySet(Route)
        .select_related("owner", "parent")
        .filter(pk=Slot("pk", UUIDField()), service=Slot("service", UUIDField()))
    )
)


def of_service(request: Request, service_id: UUID, route_id: UUID) -> Route:
    route = find(Route, request, route_id)
    if route.service_id != service_id:
        raise Http404
    return route


def with_status(request: HttpRequest, rows: ActionQuerySet) -> ActionQuerySet:
    wanted = [word for word in request.GET.get("status", "").split(",") if word]
    if strange := set(wanted) - set(Status.values):
        known = ", ".join(Status.values)
        raise ValidationError({"status": f"{strange.pop()} is not one of {known}."})
    return rows.filter(status__in=wanted) if wanted else rows


def since(request: HttpRequest, rows: ActionQuerySet) -> ActionQuerySet:
    text = request.GET.get("since", "")
    if not text:
        return rows
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None:
        raise ValidationError({"since": "Give a time such as 2026-11-22T08:00:00Z."})
    return rows.filter(Q(created_at__gte=make_aware(moment) if is_naive(moment) else moment))


def wants_no_wait(request: HttpRequest) -> bool:
    wishes = request.headers.get("prefer", "").lower().replace(";", ",").split(",")
    return "respond-async" in {wish.strip() for wish in wishes}


def announcement(request: HttpRequest) -> str:
    """Which ends of the run its caller is told about: Ouro-Notify, or all."""
    wish = request.headers.get("ouro-notify", "").strip().lower()
    return wish if wish in Announce.values else Announce.ALL


def _paid(route: Route) -> None:
    """To be asked about what the caller may see and not read."""
    if route.effective_visibility == Visibility.MONETIZED:
        raise Payment("This route is for sale, and this site takes no money.")
