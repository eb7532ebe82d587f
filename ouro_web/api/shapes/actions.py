"""Runs and their logs as the client reads them."""

import re
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Prefetch

from ouro_web.actions.models import Action, ActionAsset, ActionLog, ActionQuerySet, Status
from ouro_web.api.shapes.assets import reference
from ouro_web.api.shapes.people import profile
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset

NOWHERE = UUID(int=0)  # of a route that was deleted: the client wants an id
IN, OUT = ActionAsset.Direction.IN, ActionAsset.Direction.OUT


def complete(actions: ActionQuerySet, person: Person) -> ActionQuerySet:
    """With all that a shape needs, and only those assets that this person may see."""
    seen = Asset.objects.visible_to(person)
    links = ActionAsset.objects.prefetch_related(Prefetch("asset", queryset=seen))
    return actions.select_related("user", "route").prefetch_related(
        Prefetch("links", queryset=links)
    )


def action(row: Action, *, response: bool = True) -> dict[str, Any]:
    """`row` from `complete`. Lists leave out the response where nobody asks for it."""
    inputs = [link(each) for each in row.links.all() if each.direction == IN]
    outputs = [link(each) for each in row.links.all() if each.direction == OUT]
    first_in, first_out = _first(inputs), _first(outputs)
    return {
        "id": row.pk,
        "route_id": row.route_id or NOWHERE,
        "user_id": row.user_id,
        "status": row.status,
        **({"response": said(row)} if response else {}),
        "request": row.call.get("body"),
        "metadata": metadata(row),
        "side_effects": bool(outputs),
        "input_assets": inputs,
        "input_asset_id": first_in["asset_id"] if first_in else None,
        "input_asset": first_in["asset"] if first_in else None,
        "output_assets": outputs,
        "output_asset_id": first_out["asset_id"] if first_out else None,
        "output_asset": first_out["asset"] if first_out else None,
        "route": route(row),
        "user": profile(row.user),
        "visibility": row.visibility,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "ack_at": row.acknowledged_at or row.answered_at,
        "upstream_status_code": row.response_status,
        "finished_at": row.finished_at,
        "last_updated": row.finished_at or row.answered_at or row.started_at or row.created_at,
        "usage_record": None,
        "btc_charges": [],
    }


def said(row: Action) -> Any:
    """The answer of the service; of a run that failed, what went wrong."""
    return {"error": error(row)} if row.status == Status.ERROR else row.response


def error(row: Action) -> dict[str, Any]:
    fault = row.error or {}
    outside = fault.get("whose") in ("service", "network")
    return {
        "message": _harmless(str(fault.get("message") or "The run failed.")),
        "code": fault.get("code") or "failed",
        "type": "external_service_error" if outside else "route_execution_error",
        "whose": fault.get("whose"),
        "status": fault.get("upstream_status"),
        "retryable": bool(fault.get("retryable")),
        "hint": fault.get("advice") or None,
        "details": fault.get("upstream_body") or None,
        "errors": [
            {"field": name, "message": message}
            for name, message in (fault.get("problems") or {}).items()
        ],
    }


def metadata(row: Action) -> dict[str, Any]:
    call = row.call
    return {
        "body": call.get("body"),
        "query": call.get("query") or {},
        "parameters": call.get("path") or {},
        "output": call.get("destination") or {},
        "phase": row.phase or None,
        "warnings": row.warnings,
        "error": error(row) if row.error else None,
        "raw_response": row.response if row.status == Status.ERROR else None,
        "late_response": row.late_response,
    }


def link(row: ActionAsset) -> dict[str, Any]:
    """`asset` is null where the reader may not see it, or it is gone."""
    return {
        "name": row.name,
        "asset_id": row.asset_id,
        "asset_type": row.asset_type,
        "is_primary": row.is_primary,
        "asset": reference(row.asset) if row.asset else None,
    }


def route(row: Action) -> dict[str, Any]:
    if row.route is None:
        return {"id": NOWHERE, "name": row.route_name}
    return {
        **reference(row.route),
        "parent_id": row.route.parent_id,
        "method": row.route.method,
        "path": row.route.path,
        "execution_mode": row.route.execution_mode,
    }


def line(row: ActionLog, *, action: Action) -> dict[str, Any]:
    return {
        "id": uuid5(action.pk, str(row.pk)),
        "action_id": action.pk,
        "user_id": action.user_id,
        "asset_id": action.route_id,
        "event_type": "log",
        "level": row.level,
        "message": row.message,
        "origin": row.source,
        "source": row.source,
        "metadata": None,
        "created_at": row.created_at,
    }


def _first(links: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The primary one; the rows come with it first."""
    return links[0] if links else None


def _harmless(message: str) -> str:
    """These words of a service would make the client take its token for dead, and run it again."""
    return re.sub(r"(no) (user context)", r"\1 “\2”", message, flags=re.IGNORECASE)
