"""The edges at an asset: what posts say of others, and what runs made of what."""

from typing import Any, cast

from django.core.exceptions import ValidationError

from ouro_web.actions.models import Action, ActionAsset
from ouro_web.api.shapes import graph
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset, Connection

MOST = 1_000
IN, OUT = ActionAsset.Direction.IN, ActionAsset.Direction.OUT
SIDES = ("source", "target")


def of(asset: Asset, person: Person, *, kinds: str, side: str) -> list[dict[str, Any]]:
    """Both ends are there only for who may see both. Raises ValidationError."""
    if side and side not in SIDES:
        raise ValidationError({"direction": "is source or target."})
    wanted = {kind.strip() for kind in kinds.split(",") if kind.strip()}
    sides = (side,) if side else SIDES
    edges: list[dict[str, Any]] = []
    for each in sides:
        edges += _said(asset, person, wanted, each)
        if not wanted or "action" in wanted:
            edges += _made(asset, person, each)
    return sorted(edges, key=lambda edge: edge["created_at"], reverse=True)


def _said(asset: Asset, person: Person, kinds: set[str], side: str) -> list[dict[str, Any]]:
    other = "target" if side == "source" else "source"
    seen = Asset.objects.visible_to(person).values("pk")
    rows = Connection.objects.filter(**{side: asset, f"{other}__in": seen})
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return [graph.connection(row) for row in rows.select_related("source", "target")[:MOST]]


def _made(asset: Asset, person: Person, side: str) -> list[dict[str, Any]]:
    """An input is the source of each output of its run."""
    mine, others = (IN, OUT) if side == "source" else (OUT, IN)
    seen = Asset.objects.visible_to(person).values("pk")
    runs = Action.objects.visible_to(person).values("pk")
    links = ActionAsset.objects.filter(asset=asset, direction=mine, action__in=runs)
    here = {
        link.action_id: link for link in links.select_related("asset", "action").order_by("-pk")
    }
    there = ActionAsset.objects.filter(action__in=list(here)[:MOST], direction=others)
    there = there.filter(asset__in=seen).select_related("asset", "action")
    pairs = [(here[link.action_id], link) for link in there[:MOST]]
    if side == "target":
        pairs = [(link, own) for own, link in pairs]
    return cast(list[dict[str, Any]], [graph.made_from(one, two) for one, two in pairs])
