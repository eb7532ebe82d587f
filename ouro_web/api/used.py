"""Runs at an asset: the one that made it, and those that took it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import QuerySet

from ouro_web.actions.models import Action, ActionAsset, ActionQuerySet
from ouro_web.api.http import Request
from ouro_web.api.shapes.actions import action, complete
from ouro_web.assets.models import Asset

IN, OUT = ActionAsset.Direction.IN, ActionAsset.Direction.OUT


def made_by(asset: Asset, request: Request) -> dict[str, Any] | None:
    links = ActionAsset.objects.filter(asset=asset, direction=OUT, made_here=True)
    run = _runs(request, links).first()
    return shaped(request)(run) if run else None


def taken_by(asset: Asset, request: Request) -> QuerySet[Action]:
    """Newest first, as far as the caller may see them."""
    runs = _runs(request, ActionAsset.objects.filter(asset=asset, direction=IN))
    if statuses := [part for part in request.GET.get("status", "").split(",") if part]:
        runs = runs.filter(status__in=statuses)
    effects = request.GET.get("side_effects", "")
    if effects in ("true", "false"):
        made = ActionAsset.objects.filter(direction=OUT).values("action")
        runs = runs.filter(pk__in=made) if effects == "true" else runs.exclude(pk__in=made)
    return runs.order_by("-pk")


def shaped(request: Request) -> Callable[[Action], dict[str, Any]]:
    return partial(action, response=request.GET.get("include_response") == "true")


def _runs(request: Request, links: QuerySet[ActionAsset]) -> ActionQuerySet:
    person = request.auth.user
    rows = Action.objects.visible_to(person).filter(pk__in=links.values("action"))
    return complete(rows, person)
