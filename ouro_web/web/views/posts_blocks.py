"""Choosing how an asset stands in a text: a part of the editor's dialog, and a page by itself for
writers without scripts, who copy the block that it makes."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ouro_web.actions.models import Action
from ouro_web.assets import search
from ouro_web.assets.access import Person, may_read
from ouro_web.assets.models import Asset, AssetType
from ouro_web.datasets.models import SavedView
from ouro_web.lib.markdown import Rendered, embed
from ouro_web.web import embeds
from ouro_web.web import runs as shown_runs
from ouro_web.web.forms.blocks import BlockForm, Offer, of_slot
from ouro_web.web.http import SignedInRequest, render
from ouro_web.web.pins import Pin
from ouro_web.web.runs import detailed

RUNS = 12


@login_required
@require_safe
def block(request: SignedInRequest) -> HttpResponse:
    """Of ?asset= and what was chosen of it, or of ?block=, one that was written before."""
    written = request.GET.get("block", "").strip()
    context: dict[str, Any] = {"written": written}
    given: Any = request.GET
    pk = search.as_id(request.GET.get("asset", ""))
    if written:
        try:
            slot = embed.read(embed.unfenced(written))
        except embed.BrokenEmbedError as reason:
            context["broken"] = str(reason)
            return _answer(request, context, status=422)
        pk, given = search.as_id(slot.id), of_slot(slot)
    if pk is None and not request.GET.get("asset"):
        return _answer(request, context)
    asset = get_object_or_404(Asset.objects.visible_to(request.user).for_cards(), pk=pk)
    offer = _offer(asset, request.user, pinned=given.get("run", "") if written else "")
    form = BlockForm(given, offer)
    context |= {"asset": asset, "form": form}
    if not form.is_valid():
        return _answer(request, context, status=422)
    if form.cleaned_data["as"] not in ("link", "value"):
        context["shown"] = embeds.fill(Rendered([form.slot()]), request.user)
    return _answer(request, context | {"markdown": form.markdown()})


def _answer(request: SignedInRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The part is asked for while one chooses, so that what is not right yet is no fault."""
    if request.htmx:
        return render(request, "posts/block.html", context, part="choices")
    return render(request, "posts/block.html", context, status=status)


def _offer(asset: Asset, person: Person, *, pinned: str) -> Offer:
    """With the newest runs that this person sees, and the one that is pinned already."""
    if asset.asset_type == AssetType.DATASET and may_read(asset.pk, person):
        return Offer(asset, views=list(SavedView.objects.filter(dataset=asset.pk)))
    if asset.asset_type != AssetType.ROUTE:
        return Offer(asset)
    rows = detailed(Action.objects.visible_to(person), person).filter(route=asset.pk)
    found = list(rows.order_by("-pk")[:RUNS])
    if pinned and pinned not in {str(row.pk) for row in found}:
        found += rows.filter(pk=pinned)
    return Offer(asset, runs=[Pin(run) for run in shown_runs.shown(found, person)])
