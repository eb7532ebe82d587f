"""What can be run on an asset."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q, QuerySet

from ouro_web.api.http import Request, find, paged, router
from ouro_web.api.shapes.routes import light
from ouro_web.assets import search
from ouro_web.assets.compatibility import accepting
from ouro_web.assets.models import Asset
from ouro_web.lib.declarations import Declaration, from_stored, normalise_extension
from ouro_web.services.models import Route

compatible = router("Routes")

LOOKED_AT = 1000
ORDERS = {
    "popular": ("-total_uses", "-pk"),
    "recent": ("-pk",),
    "updated": ("-updated_at", "-pk"),
    "used": ("-own_uses", "-last_used_at", "-pk"),
}


@compatible.get("/assets/{uuid:pk}/compatible-routes")
def routes(request: Request, pk: UUID) -> Any:
    """Routes that take this asset as an input. `query`, `sort` (popular, recent, updated, used),
    `output_type`, `output_file_extension`, `contains_file_extension`, `limit` and `offset`."""
    asset = find(Asset, request, pk)
    rows = _ordered(request, _runnable(request))
    found = [offer.route for offer in accepting(rows[:LOOKED_AT], asset)]
    wanted = [row for row in found if _makes(request, row)]
    return paged(wanted, request, _hit, default=None)


def _runnable(request: Request) -> QuerySet[Route, Route]:
    seen = Asset.objects.readable_by(request.auth.user)
    if words := request.GET.get("query", "").replace("\0", "")[:200]:
        seen = search.find(seen, words)
    rows: QuerySet[Route] = QuerySet(Route)
    rows = rows.filter(pk__in=seen.values("pk"), retired_at=None).exclude(input_assets={})
    return rows.select_related("owner", "organization", "team", "parent").defer("operation")


def _ordered(request: Request, rows: QuerySet[Route, Route]) -> QuerySet[Route, Route]:
    order = request.GET.get("sort") or "popular"
    if order not in ORDERS:
        raise ValidationError({"sort": f"is not one of {', '.join(ORDERS)}."})
    mine = Q(actions__user=request.auth.user)
    counted = rows.annotate(
        total_uses=Count("actions"),
        own_uses=Count("actions", filter=mine),
        last_used_at=Max("actions__created_at", filter=mine),
    )
    return counted.order_by(*ORDERS[order])


def _makes(request: Request, row: Route) -> bool:
    outputs = list(from_stored(row.output_assets, "output").values())
    kind = request.GET.get("output_type") or request.GET.get("output_asset_type") or ""
    ending = normalise_extension(request.GET.get("output_file_extension", ""))
    inside = normalise_extension(request.GET.get("contains_file_extension", ""))
    if not (kind or ending or inside):
        return True
    return any(_is_wanted(item, kind, ending, inside) for item in outputs)


def _is_wanted(item: Declaration, kind: str, ending: str, inside: str) -> bool:
    return (
        (not kind or kind in item.asset_types)
        and (not ending or ending in item.extensions)
        and (not inside or inside in item.contains_extensions)
    )


def _hit(row: Any) -> dict[str, Any]:
    used = {"total_uses": row.total_uses, "last_used_at": row.last_used_at}
    return light(row) | used
