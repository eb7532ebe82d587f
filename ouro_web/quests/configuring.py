"""How the entries of an item are evaluated: by which route, with what beside the entry, and what of
its answer counts.

The route runs as the quest's owner, so both she and whoever sets it must be able to run it and to
read what the quest gives to it: nobody reaches through a quest what she cannot reach herself.
"""

import math
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError

from ouro_web.accounts.models import User
from ouro_web.assets.compatibility import misfit
from ouro_web.assets.models import Asset
from ouro_web.lib import fields
from ouro_web.lib.declarations import from_stored
from ouro_web.quests.calls import call_for
from ouro_web.quests.models import Item
from ouro_web.quests.scores import PATH
from ouro_web.services.models import Route

NAMES = {
    "eval_route_id", "eval_score_path", "eval_categories_path", "eval_pass_min", "eval_pass_max",
    "eval_static_inputs", "eval_trigger", "leaderboard_enabled", "leaderboard_order",
}  # fmt: skip
PATHS = {"eval_score_path": "$.score", "eval_categories_path": "$.categories"}
UNKNOWN_ROUTE = "There is no such route that you and the quest’s owner may run."
UNKNOWN_ASSET = "There is no such {kind} that you and the quest’s owner may read."


def configure(item: Item, given: Mapping[str, Any], by: User) -> None:
    """Raises ValidationError keyed by the names, PermissionDenied for those who only edit."""
    named = {name: given[name] for name in NAMES if name in given}
    if not any(_differs(item, name, value) for name, value in named.items()):
        return
    if not Asset.objects.managed_by(by).filter(pk=item.quest_id).exists():
        raise PermissionDenied("Only the quest’s admins decide how entries are evaluated.")
    _measure(item, named)
    if "eval_route_id" in named:
        item.eval_route = _route(item, named["eval_route_id"], by)
        if item.eval_route is None:
            item.eval_static_inputs = {}
    if "eval_static_inputs" in named:
        item.eval_static_inputs = _statics(item, named["eval_static_inputs"] or {}, by)
    if "leaderboard_enabled" in named:
        item.leaderboard_enabled = named["leaderboard_enabled"] is True
    _fits(item)


def _measure(item: Item, named: Mapping[str, Any]) -> None:
    """What of the answer counts, and what is good."""
    for name, usual in PATHS.items():
        if name in named:
            setattr(item, name, _path(name, named[name] or usual))
    for name in ("eval_pass_min", "eval_pass_max"):
        if name in named:
            setattr(item, name, _bound(name, named[name]))
    low, high = item.eval_pass_min, item.eval_pass_max
    if low is not None and high is not None and low > high:
        raise ValidationError({"eval_pass_max": "is not below the lowest score that passes."})


def _differs(item: Item, name: str, value: Any) -> bool:
    present = getattr(item, name)
    if isinstance(present, UUID):
        return str(present) != str(value)
    return bool(present or value) and present != value


def _path(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200 or not PATH.fullmatch(value.strip()):
        says = "is a path into the answer, such as $.score or $.results[0].value."
        raise ValidationError({name: says})
    return value.strip()


def _bound(name: str, value: Any) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValidationError({name: "is a number."})
    return float(value)


def _route(item: Item, pk: Any, by: User) -> Route | None:
    if not pk:
        return None
    seen = _for_both(item, by).filter(pk=pk)
    route = Route.objects.filter(pk__in=seen.values("pk"), retired_at=None).first()
    if route is None:
        raise ValidationError({"eval_route_id": UNKNOWN_ROUTE})
    return cast(Route, route)


def _statics(item: Item, given: Any, by: User) -> dict[str, Any]:
    if item.eval_route is None and not given:
        return {}
    if item.eval_route is None:
        raise ValidationError({"eval_static_inputs": "Choose the evaluation’s route first."})
    if not isinstance(given, Mapping):
        raise ValidationError({"eval_static_inputs": "is an object of assets by input name."})
    inputs = from_stored(item.eval_route.input_assets, "input")
    kept = {}
    for key, value in given.items():
        if key not in inputs:
            raise ValidationError({"eval_static_inputs": f"The route takes no {key[:60]}."})
        asset = _for_both(item, by).for_cards().filter(pk=_id(value)).first()
        if asset is None:
            says = UNKNOWN_ASSET.format(kind=inputs[key].asset_type)
            raise ValidationError({"eval_static_inputs": says})
        if reason := misfit(asset, inputs[key]):
            raise ValidationError({"eval_static_inputs": f"{key}: {reason}"})
        kept[key] = {"asset_id": str(asset.pk), "asset_type": asset.asset_type}
    return kept


def _id(value: Any) -> UUID:
    """Of an id, or an object with asset_id."""
    found = value.get("asset_id") if isinstance(value, Mapping) else value
    try:
        return UUID(str(found))
    except ValueError:
        raise ValidationError({"eval_static_inputs": "Give the id of an asset."}) from None


def _for_both(item: Item, by: User) -> Any:
    owners = Asset.objects.readable_by(item.quest.owner).values("pk")
    return Asset.objects.readable_by(by).filter(pk__in=owners)


def _fits(item: Item) -> None:
    """What entries and the quest give must be all that the route needs."""
    if item.eval_route is None:
        if item.leaderboard_enabled:
            says = "needs an evaluation: choose a route that scores the entries."
            raise ValidationError({"leaderboard_enabled": says})
        return
    inputs = from_stored(item.eval_route.input_assets, "input")
    call = call_for(item.eval_route, {})
    needed = fields.check(item.eval_route.operation, inputs, call.document())
    if needed:
        named = ", ".join(problem.pointer.rpartition("/")[2] for problem in needed[:5])
        says = f"This route needs more than assets ({named}), so it cannot evaluate entries."
        raise ValidationError({"eval_route_id": says})
