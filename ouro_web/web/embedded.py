"""Embeds of a text, each drawn for its reader: cards, previews, pinned runs, forms to run here."""

from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse

from ouro_web.assets.models import Asset, AssetType
from ouro_web.lib.declarations import from_stored
from ouro_web.lib.markdown import Slot, embed
from ouro_web.services.models import Route
from ouro_web.web import run_links
from ouro_web.web.content import PICTURES, SVG
from ouro_web.web.frozen import FrozenPin
from ouro_web.web.pins import Pin
from ouro_web.web.scene import Scene

ROUTES_SHOWN = 8


def image(slot: Slot, scene: Scene) -> str:
    asset = scene.assets.get(slot.id)
    if asset is None:
        return _unavailable(slot, scene)
    preview = scene.previews.of(asset)
    if preview is None or preview.kind != "file":
        return _card(asset)
    is_picture = asset.as_file.media_type in PICTURES | {SVG}
    context = {"asset": asset, "is_picture": is_picture, "alternative": slot.text or asset.name}
    return render_to_string("embeds/image.html", context)


def shown(slot: Slot, scene: Scene) -> str:
    """The embed, folded and with its caption where the author asked for it."""
    pin = _pin(slot, scene)
    inner = _pinned(slot, pin, scene) if pin else _of_asset(slot, scene)
    again = _again(slot) if pin and pin.run.live else ""
    if not (slot.collapse or slot.caption or again):
        return inner
    context = {"inner": inner, "title": slot.collapse, "caption": slot.caption, "again": again}
    return render_to_string("embeds/frame.html", context)


def _pin(slot: Slot, scene: Scene) -> Pin | None:
    """The run that is pinned here: of this route, or the copy of one that is gone."""
    pin = scene.pins.get(slot.action)
    if pin is not None and str(pin.action.route_id) == slot.id and slot.id in scene.assets:
        return pin
    copy = scene.copies.get(slot.action)
    return copy if copy is not None and slot.action in scene.gone_runs else None


def _of_asset(slot: Slot, scene: Scene) -> str:
    asset = scene.assets.get(slot.id)
    if asset is None:
        return _unavailable(slot, scene)
    preview = scene.previews.of(asset) if slot.mode != "card" else None
    more: dict[str, Any] = {
        "preview": preview,
        "filters": slot.filters,
        "hidden_run": slot.action,
        "ask": _may_ask(scene),
        "view": scene.views.get(slot.view) if preview else None,
        "routes": scene.routes.get(slot.id, [])[:ROUTES_SHOWN] if slot.mode != "card" else [],
    }
    if more["view"] is not None and str(more["view"].dataset_id) != slot.id:
        more["view"] = None
    if asset.asset_type == AssetType.ROUTE and slot.mode != "card":
        more |= _of_route(slot, asset.as_route)
    return _card(asset, **more)


def _of_route(slot: Slot, route: Route) -> dict[str, Any]:
    address = run_links.to_form(route, slot.values)
    return {
        "takes": from_stored(route.input_assets, "input").values(),
        "makes": from_stored(route.output_assets, "output").values(),
        "form": address if slot.mode == "interactive" else "",
    }


def _pinned(slot: Slot, pin: Pin, scene: Scene) -> str:
    outputs = pin.outputs(scene.assets, scene.previews, scene.gone_assets)
    scalars = pin.scalars
    if slot.outputs:
        outputs = [each for each in outputs if each.link.name in slot.outputs]
        scalars = [each for each in scalars if each[0] in slot.outputs]
    context = {
        "asset": scene.assets.get(slot.id),
        "pin": pin,
        "is_frozen": isinstance(pin, FrozenPin),
        "taken": pin.taken(scene.assets, scene.gone_assets),
        "outputs": outputs,
        "scalars": scalars,
        "charts": [] if slot.outputs else pin.charts,
        "show": slot.show or embed.PARTS,
        "newer": scene.newer.get(slot.action),
    }
    return render_to_string("embeds/run.html", context)


def _again(slot: Slot) -> str:
    """Where a script asks for the embed again while the run works."""
    return f"{reverse('posts:embed')}?{urlencode({'block': embed.spelled(slot)})}"


def _card(asset: Asset, **more: object) -> str:
    return render_to_string("embeds/asset.html", {"asset": asset, **more})


def _unavailable(slot: Slot, scene: Scene) -> str:
    return render_to_string("embeds/unavailable.html", {"pk": slot.id, "ask": _may_ask(scene)})


def _may_ask(scene: Scene) -> bool:
    return bool(scene.person.is_authenticated)
