"""Copies of the runs that a post shows, made when it is published, so that what readers were shown
outlives the deletion of the route, the run or its outputs.

A copy holds no more than its readers could see when it was made, and it is shown only where the
original is gone: what is merely private now stays private.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.db.models import Prefetch

from ouro_web.actions.call import AREAS, Call
from ouro_web.actions.models import Action, ActionAsset, ActionLog, ActionVisibility
from ouro_web.actions.request import MASK
from ouro_web.assets import blobs
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset, AssetType
from ouro_web.datasets import tables
from ouro_web.datasets.refusals import QueryRefusedError
from ouro_web.lib import fields
from ouro_web.lib.fields import exact
from ouro_web.lib.fields.view import resolve
from ouro_web.lib.markdown import Rendered
from ouro_web.posts.models import FrozenRun, Post

MOST_RUNS = 100
MOST_LINES = 50
ROWS = 8
LARGEST_ANSWER = 20_000
LARGEST_PICTURE = 256 << 10
LONGEST_TEXT = 2_000
PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
OF_A_FIELD = ("title", "x-unit", "default")


def freeze(post: Post) -> None:
    """Copies of the finished runs that its published text speaks of, in place of earlier ones."""
    named = _named(post)
    FrozenRun.objects.filter(post=post).exclude(action_id__in=named).delete()
    links = ActionAsset.objects.select_related("asset__as_file", "asset__as_dataset")
    logs = ActionLog.objects.order_by("pk")[:MOST_LINES]
    rows = Action.objects.visible_to(post.owner).filter(pk__in=named, finished_at__isnull=False)
    rows = rows.select_related("user", "route", "route__parent").prefetch_related(
        Prefetch("links", queryset=links), Prefetch("logs", queryset=logs, to_attr="lines")
    )
    for action in rows:
        seen_by = _seen_by(action, post)
        FrozenRun.objects.update_or_create(
            post=post,
            action_id=action.pk,
            defaults={"seen_by": seen_by, "data": _copy(action, _known(action, post, seen_by))},
        )


def _named(post: Post) -> set[UUID]:
    slots = Rendered.from_json(post.rendered).slots
    pinned = [slot.action for slot in slots if slot.action]
    valued = [slot.id for slot in slots if slot.kind == "value"]
    return {UUID(pk) for pk in [*pinned, *valued][:MOST_RUNS]}


def _seen_by(action: Action, post: Post) -> str:
    nobody = AnonymousUser()
    if Action.objects.visible_to(nobody).filter(pk=action.pk).exists():
        return FrozenRun.Reader.EVERYBODY
    route = action.route
    if route is None or action.visibility != ActionVisibility.ROUTE:
        return FrozenRun.Reader.OWNER
    same = route.organization_id == post.organization_id
    for_members = same and route.effective_visibility == Visibility.ORGANIZATION
    return FrozenRun.Reader.MEMBERS if for_members else FrozenRun.Reader.OWNER


def _known(action: Action, post: Post, seen_by: str) -> set[UUID]:
    """The assets of the run that all those readers may see."""
    ids = [link.asset_id for link in action.links.all() if link.asset_id]
    person = post.owner if seen_by == FrozenRun.Reader.OWNER else AnonymousUser()
    seen = set(Asset.objects.readable_by(person).filter(pk__in=ids).values_list("pk", flat=True))
    if seen_by == FrozenRun.Reader.MEMBERS:
        own = Asset.objects.filter(pk__in=ids, organization=post.organization_id)
        own = own.filter(visibility=Visibility.ORGANIZATION)
        seen |= set(own.values_list("pk", flat=True))
    return seen


def _copy(action: Action, known: set[UUID]) -> dict[str, Any]:
    operation = action.route.operation if action.route else {}
    call = _without_secrets(operation, Call.from_json(action.call))
    copy = {
        "route_name": action.route_name,
        "status": action.status,
        "who": action.user.display_name,
        "created_at": action.created_at.isoformat(),
        "finished_at": action.finished_at.isoformat() if action.finished_at else None,
        "why": str((action.error or {}).get("message", "")),
        "operation": _outline(operation, call.content_type),
        "call": call.as_json(),
        "response": _answer(action),
        "links": [_link(link, known) for link in action.links.all()],
        "lines": [
            {"level": line.level, "source": line.source, "message": line.message[:1000],
             "created_at": line.created_at.isoformat()}
            for line in action.lines  # type: ignore[attr-defined]  # prefetched above
        ],
    }  # fmt: skip
    plain: dict[str, Any] = json.loads(exact.dumps(copy))
    return plain


def _without_secrets(operation: Mapping[str, Any], call: Call) -> Call:
    shown = fields.without_secrets(operation, call.document(), instead=MASK) if operation else {}
    areas = (*AREAS, *(("body",) if call.has_body else ()))
    return replace(call, **{area: shown[area] for area in areas if area in shown})


def _outline(operation: Mapping[str, Any], content_type: str) -> dict[str, Any]:
    """Of an operation what labels the inputs; the schemas themselves can be large."""
    bodies = operation.get("bodies") or []
    body = next((each for each in bodies if each.get("content_type") == content_type), None)
    body = body or (bodies[0] if bodies else None)
    schema = resolve(dict(operation), body.get("schema", {})) if body else {}
    properties = schema.get("properties")
    named = properties if isinstance(properties, dict) else {}
    outlined = {name: _facts(operation, each) for name, each in named.items()}
    return {
        "parameters": [
            {
                "name": each["name"],
                "in": each["in"],
                "schema": _facts(operation, each.get("schema")),
            }
            for each in operation.get("parameters", [])
        ],
        "bodies": [{"content_type": content_type, "schema": {"properties": outlined}}],
    }


def _facts(operation: Mapping[str, Any], schema: Any) -> dict[str, Any]:
    view = resolve(dict(operation), schema)
    return {key: view[key] for key in OF_A_FIELD if key in view}


def _answer(action: Action) -> Any:
    """All of a short answer but its outputs, of a long one its single values."""
    if not isinstance(action.response, dict):
        return None
    taken = {link.name for link in action.links.all()}
    answer = {name: value for name, value in action.response.items() if name not in taken}
    if len(exact.dumps(answer)) <= LARGEST_ANSWER:
        return answer
    return {
        name: value
        for name, value in answer.items()
        if not isinstance(value, dict | list) and len(str(value)) <= 200
    }


def _link(link: ActionAsset, known: set[UUID]) -> dict[str, Any]:
    kept = {
        "direction": link.direction, "name": link.name, "asset_type": link.asset_type,
        "is_primary": link.is_primary, "asset_id": str(link.asset_id) if link.asset_id else None,
        "asset_name": "",
    }  # fmt: skip
    if link.asset is None or link.asset.pk not in known:
        return kept
    kept["asset_name"] = link.asset.name
    if link.direction == ActionAsset.Direction.OUT:
        kept |= _content(link.asset)
    return kept


def _content(asset: Asset) -> dict[str, Any]:
    if asset.asset_type == AssetType.DATASET:
        return _rows(asset)
    if asset.asset_type == AssetType.POST:
        return {"text": asset.as_post.text[:LONGEST_TEXT]}
    return _picture(asset) if asset.asset_type == AssetType.FILE else {}


def _rows(asset: Asset) -> dict[str, Any]:
    try:
        page = tables.rows(asset.as_dataset, limit=ROWS)
    except QueryRefusedError:
        return {}
    rows = {"columns": page.columns, "types": page.types, "rows": page.rows, "total": page.total}
    return {"table": json.loads(json.dumps(rows, default=str))}


def _picture(asset: Asset) -> dict[str, Any]:
    file = asset.as_file
    if file.media_type not in PICTURES or file.size > LARGEST_PICTURE:
        return {}
    if not default_storage.exists(file.blob):
        return {}
    with blobs.open_blob(file.blob) as content:
        data = base64.b64encode(content.read()).decode()
    return {"picture": f"data:{file.media_type};base64,{data}"}
