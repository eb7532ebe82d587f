"""What the ids in reference columns stand for, as far as the reader may know it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings

from ouro_web.actions.models import Action
from ouro_web.api.shapes.assets import address
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset

Found = dict[str, dict[str, Any]]


def resolved(
    columns: Iterable[dict[str, Any]], rows: list[dict[str, Any]], person: Person
) -> dict[str, Found]:
    """Column -> id -> what it is; ids that lead nowhere are left out."""
    return {
        column["name"]: _resolved(column, _ids(row.get(column["name"]) for row in rows), person)
        for column in columns
        if column.get("ref_kind")
    }


def _resolved(column: dict[str, Any], ids: set[UUID], person: Person) -> Found:
    if column["ref_kind"] == "action":
        runs = Action.objects.visible_to(person).filter(pk__in=ids)
        return {str(run.pk): _run(run) for run in runs}
    assets = Asset.objects.visible_to(person).filter(pk__in=ids)
    return {str(asset.pk): _asset(asset) for asset in assets}


def _asset(row: Asset) -> dict[str, Any]:
    return {
        "kind": "asset",
        "id": row.pk,
        "name": row.name,
        "web_url": address(row),
        "asset_type": row.asset_type,
        "created_at": row.created_at,
    }


def _run(row: Action) -> dict[str, Any]:
    return {
        "kind": "action",
        "id": row.pk,
        "name": row.route_name,
        "web_url": settings.PUBLIC_URL + row.get_absolute_url(),
        "status": row.status,
        "route_id": row.route_id,
        "route_name": row.route_name,
        "created_at": row.created_at,
    }


def _ids(values: Iterable[Any]) -> set[UUID]:
    found = set()
    for value in values:
        try:
            found.add(UUID(value))
        except (ValueError, TypeError, AttributeError):
            continue
    return found
