"""What a reviewer may know of an asset before it is hers to read: kind, size and make, and neither
its name nor its content."""

from typing import Any

from ouro_web.assets.models import Asset, AssetType
from ouro_web.lib.markdown import Rendered


def of(asset: Asset) -> dict[str, Any]:
    """Wants the asset with `for_cards()`."""
    kind = asset.kind
    if asset.asset_type == AssetType.FILE:
        return {"size": kind.size, "type": kind.media_type, "extension": kind.extension}
    if asset.asset_type == AssetType.DATASET:
        return {"size": kind.size, "row_count": kind.row_count, "column_count": len(kind.columns)}
    if asset.asset_type == AssetType.POST:
        rendered = Rendered.from_json(kind.rendered)
        return {
            "word_count": len(rendered.words.split()),
            "heading_count": len(rendered.headings),
            "embed_count": len(rendered.references.embeds),
        }
    if asset.asset_type == AssetType.ROUTE:
        return {"method": kind.method, "execution_mode": kind.execution_mode}
    return {}
