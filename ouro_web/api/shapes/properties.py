"""Named values of an asset as the client reads them: each property once, with its values."""

import math
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from ouro_web.actions.models import ActionAsset
from ouro_web.actions.properties import Property, is_number

Found = tuple[ActionAsset, Property]


def properties(found: Sequence[Found], *, history: bool) -> list[dict[str, Any]]:
    """`found` is newest first. A value is superseded where a newer run of the same route found the
    same by the same method; those are only history. Routes may differ in the unit of a property,
    and a number means nothing in another one: then it is a property of its own."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    newer: set[tuple[UUID | None, str, str]] = set()
    for link, item in found:
        place = (link.action.route_id, item.key, item.method)
        if history or place not in newer:
            values = groups.setdefault((item.key, item.unit), [])
            values.append(_value(link, item, is_active=place not in newer))
        newer.add(place)
    shaped: dict[str, dict[str, Any]] = {}
    labels = {item.key: item.label for _, item in found}
    for (key, unit), values in groups.items():
        name = f"{key} ({unit or 'no unit'})" if key in shaped else key
        shaped[name] = {
            "key": name,
            "label": labels[key],
            "value_type": _type([value["value"] for value in values]),
            "unit": unit or None,
            "asset_types": [],
            "values": values,
        }
    return list(shaped.values())


def _value(link: ActionAsset, item: Property, *, is_active: bool) -> dict[str, Any]:
    action = link.action
    route = action.route
    return {
        "id": str(uuid5(action.pk, f"{link.pk}:{item.key}:{item.method}")),
        "source": "route",
        "status": "active" if is_active else "superseded",
        "value": item.value,
        "uncertainty": _finite(item.uncertainty),
        "method": item.method or None,
        "conditions": dict(item.conditions) if item.conditions else None,
        "created_at": action.created_at,
        "action_id": str(action.pk),
        "route": {
            "id": str(route.pk), "name": route.name, "slug": route.slug,
            "url": route.get_absolute_url(),
        } if route else None,
    }  # fmt: skip


def _finite(value: Any) -> float | None:
    try:
        number = float(value) if is_number(value) else math.nan
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _type(values: list[Any]) -> str:
    kinds = {_kind(value) for value in values}
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "json"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "integer" if isinstance(value, int) else "number"
    return "text" if isinstance(value, str) else "json"
