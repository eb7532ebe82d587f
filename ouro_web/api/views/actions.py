"""Runs: what became of them, and what is said about them.

A service speaks with the token that came with its request: it is nobody's account, and opens this
one run."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from ninja.security.base import AuthBase

from ouro_web.actions import callbacks
from ouro_web.actions.engine import LARGEST_ANSWER
from ouro_web.actions.models import Action, Level
from ouro_web.actions.seeing import visible_run
from ouro_web.api.caller import Key
from ouro_web.api.http import Request, answer, paged, read_object, refusal, router
from ouro_web.api.shapes import actions as shapes
from ouro_web.api.views.runs import listed, since
from ouro_web.assets.models import Asset

actions = router("Actions")

LARGEST_LINE = 64 * 1024
TOKEN = "ouro-webhook-token"  # noqa: S105 - the name of a header
LEVELS = {"warn": Level.WARNING}


class ServiceToken(AuthBase):
    """`ouro-webhook-token`, which the view compares with the run's own."""

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = TOKEN

    def __call__(self, request: HttpRequest) -> str | None:
        return request.headers.get(TOKEN)


@actions.get("")
def mine(request: Request) -> Any:
    """One's own runs over all routes, newest first. `status` (several with commas), `since` (a
    time), `limit` and `offset`."""
    return listed(request, since(request, Action.objects.filter(user=request.auth.user)))


@actions.get("/{uuid:pk}")
def retrieve(request: Request, pk: UUID) -> Any:
    """One run: its state, its answer, and the assets that went in and came out."""
    return answer(shapes.action(_visible(request, pk)))


@actions.get("/{uuid:pk}/logs")
def logs(request: Request, pk: UUID) -> Any:
    """The log, newest line first; `sort_order=asc` turns it. `level`, `limit` and `offset`."""
    action = _visible(request, pk)
    order = "pk" if request.GET.get("sort_order") == "asc" else "-pk"
    lines = _at_level(request, action.logs.order_by(order))
    return paged(lines, request, lambda row: shapes.line(row, action=action), default=100)


@actions.post("/{uuid:pk}/log", auth=[ServiceToken(), Key()])
def log(request: HttpRequest, pk: UUID) -> Any:
    """Add a line to the log: the service with its token, or the owner of the run or its route."""
    action = _spoken_for(request, pk) if TOKEN in request.headers else _own(request, pk)
    if action is None:
        return _unknown_token(request)
    payload = read_object(request, largest=LARGEST_LINE)
    level = str(payload.get("level") or "info")
    write = callbacks.report if TOKEN in request.headers else callbacks.note
    return _told(write(action, str(payload.get("message") or ""), level))


@actions.post("/{uuid:pk}/response", auth=None)
def response(request: HttpRequest, pk: UUID) -> Any:
    """The result of an asynchronous run, with the `ouro-webhook-token` that came with the request:
    `{"status": "completed", "response": {...}}`, or `failed` and `error`. Stored before this
    answers; a second one changes nothing."""
    action = _spoken_for(request, pk)
    if action is None:
        return _unknown_token(request)
    return _told(callbacks.receive(action, read_object(request, largest=LARGEST_ANSWER)))


def _visible(request: Request, pk: UUID) -> Action:
    found = visible_run(pk, request.auth.user)
    if found is None:
        raise Http404
    return found


def _spoken_for(request: HttpRequest, pk: UUID) -> Action | None:
    """None for a token that is not this run's."""
    action = Action.objects.select_related("route__service").filter(pk=pk).first()
    if action is None:
        raise Http404
    try:
        callbacks.authorised(action, request.headers.get(TOKEN, ""))
    except PermissionDenied:
        return None
    return action


def _own(request: Any, pk: UUID) -> Action:
    action: Action = _visible(request, pk)
    manages = Asset.objects.managed_by(request.auth.user).filter(as_route__actions=action)
    if action.user_id != request.auth.user.pk and not manages.exists():
        raise PermissionDenied("Only its owner and the admins of its route write to a run's log.")
    return action


def _at_level(request: HttpRequest, rows: Any) -> Any:
    wanted = request.GET.get("level", "").lower()
    level = LEVELS.get(wanted, wanted)
    if level and level not in Level.values:
        raise ValidationError({"level": f"is not one of {', '.join(Level.values)}."})
    return rows.filter(level=level) if level else rows


def _told(receipt: callbacks.Receipt) -> dict[str, Any]:
    return {"status": receipt.status, "ignored": receipt.ignored}


def _unknown_token(request: HttpRequest) -> Any:
    return refusal(request, 401, "The token does not belong to this run.")
