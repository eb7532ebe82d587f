"""Deleting by program: with or without what lies inside, or only told."""

from typing import Any

from ouro_web.api.errors import Conflict
from ouro_web.assets import deleting
from ouro_web.assets.models import Asset, AssetType


def removed(asset: Asset, *, children: bool, dry_run: bool) -> dict[str, Any]:
    """What went, or would go with `dry_run`."""
    inside = list(asset.children.order_by("pk"))
    if inside and not children and asset.asset_type == AssetType.SERVICE:
        raise Conflict(f"It has {len(inside)} routes; delete them with it (delete_children).")
    told = {
        "id": asset.pk,
        "asset_type": asset.asset_type,
        "name": asset.name,
        "deleted_children": [
            {"id": one.pk, "name": one.name, "asset_type": one.asset_type} for one in inside
        ]
        if children
        else [],
        "dry_run": dry_run,
    }
    if not dry_run:
        (deleting.delete if children else deleting.delete_alone)(asset)
    return told
