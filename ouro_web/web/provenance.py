"""Which runs made and used an asset, and which routes take it; for one reader."""

from dataclasses import dataclass

from django.db.models import QuerySet

from ouro_web.actions.models import Action, ActionAsset
from ouro_web.assets.access import Person
from ouro_web.assets.compatibility import Offer, accepting
from ouro_web.assets.models import Asset
from ouro_web.lib import kept
from ouro_web.lib.kept import slot
from ouro_web.services.models import Route

MOST_RUNS = 12
MOST_ROUTES = 12
LOOKED_AT = 300  # the newest routes; declarations are compared in Python


# What a list shows of a route; with the rest of it three hundred take long to load.
SHOWN = (
    "asset_type", "name", "namespace", "slug", "description", "input_assets", "service__name",
)  # fmt: skip


# Most things were in no run; who may see which is only asked of those that were.
_directions = kept.Rows(
    lambda: (
        ActionAsset.objects.filter(asset=slot(ActionAsset, "asset"))
        .order_by()
        .values_list("direction", flat=True)
        .distinct()
    )
)


@dataclass(frozen=True)
class Use:
    """A run, and the name under which the asset stands in it."""

    action: Action
    name: str


@dataclass(frozen=True)
class Provenance:
    made_by: list[Use]
    used_by: list[Use]
    more_uses: bool
    offers: list[Offer]
    more_offers: bool


def of(asset: Asset, person: Person) -> Provenance:
    there = _directions.all(asset=asset.pk)
    made, used = (
        _uses(asset, person, direction) if direction in there else []
        for direction in (ActionAsset.Direction.OUT, ActionAsset.Direction.IN)
    )
    offers = routes_for(asset, person)
    return Provenance(
        made_by=made[:MOST_RUNS],
        used_by=used[:MOST_RUNS],
        more_uses=len(used) > MOST_RUNS,
        offers=offers[:MOST_ROUTES],
        more_offers=len(offers) > MOST_ROUTES,
    )


def _uses(asset: Asset, person: Person, direction: str) -> list[Use]:
    seen = Action.objects.visible_to(person).values("pk")
    links = (
        ActionAsset.objects.filter(asset=asset, direction=direction, action__in=seen)
        .select_related("action__route", "action__user")
        .order_by("-action_id")
    )
    return [Use(link.action, link.name) for link in links[: MOST_RUNS + 1]]


def routes_for(asset: Asset, person: Person) -> list[Offer]:
    """Routes that take this asset. Whoever may see a route may run it."""
    seen = Asset.objects.visible_to(person).filter(asset_type="route").values("pk")
    routes: QuerySet[Route] = (
        QuerySet(Route)
        .filter(pk__in=seen, retired_at=None)
        .exclude(input_assets={})
        .select_related("service")
        .only(*SHOWN)
        .order_by("-pk")[:LOOKED_AT]
    )
    return accepting(routes, asset)
