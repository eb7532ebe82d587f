"""The words of `/search/assets` as conditions on the assets that the caller may see."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest

from ouro_web.actions.models import ActionAsset
from ouro_web.api.http import Request
from ouro_web.assets import engagement, search
from ouro_web.assets.compatibility import CLASSES
from ouro_web.assets.models import Asset, AssetQuerySet
from ouro_web.lib.declarations import normalise_extension
from ouro_web.teams.models import GLOBAL_ID

SORTS = ("relevant", "recent", "popular", "updated")
PLAIN = ("asset_type", "org_id", "team_id", "user_id", "visibility", "source", "tag")
COLUMNS = {
    "asset_type": "asset_type", "org_id": "organization", "team_id": "team", "user_id": "owner",
    "visibility": "visibility", "source": "source", "tag": "tagged__tag__name",
}  # fmt: skip
Scope = Callable[[AssetQuerySet, Request], AssetQuerySet]


def found(request: Request) -> AssetQuerySet:
    """Raises ValidationError keyed by the parameter that cannot be read."""
    rows = Asset.objects.visible_to(request.auth.user)
    text = request.GET.get("query", "").strip()[:400]
    if (wanted := search.as_id(text)) is not None:
        return rows.filter(pk=wanted)
    filters = _object(request, "filters")
    rows = _scoped(rows, request, filters)
    rows = _filtered(rows, filters | _plain(request))
    rows = _of_content(rows, _object(request, "metadata_filters"))
    return _sorted(search.find(rows, text), request, text)


def _object(request: HttpRequest, name: str) -> dict[str, Any]:
    given = request.GET.get(name, "")
    try:
        value = json.loads(given) if given else {}
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ValidationError({name: "must be a JSON object."})
    return value


def _plain(request: HttpRequest) -> dict[str, Any]:
    """The same filters as parameters of their own."""
    return {name: request.GET[name] for name in PLAIN if request.GET.get(name)}


def _scoped(rows: AssetQuerySet, request: Request, filters: dict[str, Any]) -> AssetQuerySet:
    scope = request.GET.get("scope", "")
    if not scope:
        # A client that works in an organization looks there, unless it says where else.
        pinned = request.auth.organization and not filters.get("org_id")
        return SCOPES["org"](rows, request) if pinned else rows
    if scope not in SCOPES:
        raise ValidationError({"scope": f"is one of {', '.join(SCOPES)}."})
    return SCOPES[scope](rows, request)


def _of_organization(rows: AssetQuerySet, request: Request) -> AssetQuerySet:
    if request.auth.organization:
        return rows.filter(organization=request.auth.organization)
    mine = request.auth.user.organization_memberships.values("organization")
    return rows.filter(organization__in=mine)


SCOPES: dict[str, Scope] = {
    "all": lambda rows, _: rows,
    "personal": lambda rows, request: rows.filter(owner=request.auth.user),
    "org": _of_organization,
    "shared": lambda rows, request: rows.filter(grants__user=request.auth.user),
    "purchased": lambda rows, _: rows.none(),
    "global": lambda rows, _: rows.filter(Q(organization=GLOBAL_ID) | Q(visibility="public")),
}


def _filtered(rows: AssetQuerySet, filters: dict[str, Any]) -> AssetQuerySet:
    for name, value in filters.items():
        if name == "top_level_only":
            rows = rows.exclude(pk__in=_made_of_others()) if value is True else rows
        elif name in COLUMNS and value is not None:
            rows = rows.filter(**{f"{COLUMNS[name]}__in": _values(name, value)})
    return rows


def _made_of_others() -> Any:
    """What runs made out of something they took."""
    took = ActionAsset.objects.filter(direction=ActionAsset.Direction.IN).values("action")
    made = ActionAsset.objects.filter(direction=ActionAsset.Direction.OUT, made_here=True)
    return made.filter(action__in=took, asset__isnull=False).values("asset")


def _values(name: str, value: Any) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in values):
        raise ValidationError({name: "must be a text or a list of texts."})
    return [_id(name, each) for each in values] if name.endswith("_id") else values


def _id(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValidationError({name: f"“{text[:60]}” is no id."}) from None


def _of_content(rows: AssetQuerySet, filters: dict[str, Any]) -> AssetQuerySet:
    """`extension` and `file_type`; of other keys none is known of any file."""
    if extension := filters.get("extension"):
        wanted = extension if isinstance(extension, list) else [extension]
        endings = [normalise_extension(str(each)) for each in wanted]
        rows = rows.filter(as_file__extension__in=endings)
    if kind := filters.get("file_type"):
        rows = rows.filter(_of_kind(str(kind).lower()))
    return rows


def _of_kind(kind: str) -> Q:
    if kind not in CLASSES:
        raise ValidationError({"metadata_filters": f"file_type is one of {', '.join(CLASSES)}."})
    media_types, extensions = CLASSES[kind]
    fits = Q(as_file__extension__in=extensions)
    for media_type in media_types:
        fits |= Q(as_file__media_type__startswith=media_type)
    return fits


def _sorted(rows: AssetQuerySet, request: HttpRequest, text: str) -> AssetQuerySet:
    sort = request.GET.get("sort", "") or ("relevant" if text else "recent")
    if sort not in SORTS:
        raise ValidationError({"sort": f"is one of {', '.join(SORTS)}."})
    if sort == "updated":
        return rows.order_by("-updated_at", "-pk")
    if sort == "popular":
        return engagement.most_seen(rows, _window(request))
    if sort == "relevant" and text.strip():
        return search.by_relevance(rows, text)
    return rows.order_by("-pk")


def _window(request: HttpRequest) -> str:
    window = request.GET.get("time_window", "") or "month"
    if window != "all" and window not in engagement.WINDOWS:
        known = ", ".join(engagement.WINDOWS)
        raise ValidationError({"time_window": f"is one of {known}, all."})
    return window
