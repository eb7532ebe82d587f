"""How assets hang together: connections, lineage, and what came of them."""

from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ouro_web.actions.lineage import Lineage, Origin
from ouro_web.actions.models import ActionAsset
from ouro_web.api.shapes.assets import hit, reference
from ouro_web.assets.models import Asset, AssetTag, Connection, Engagement


def connection(row: Connection) -> dict[str, Any]:
    return {
        "id": uuid5(NAMESPACE_URL, f"connection:{row.pk}"),
        "type": row.kind,
        **_ends(row.source, row.target),
        "action_id": row.action_id,
        "created_at": row.created_at,
    }


def made_from(source: ActionAsset, output: ActionAsset) -> dict[str, Any]:
    """The edge that a run draws from an asset it took to one it made."""
    assert source.asset is not None  # noqa: S101 - the caller asks for rows that have one
    assert output.asset is not None  # noqa: S101 - the same
    return {
        "id": uuid5(source.action_id, f"{source.pk}:{output.pk}"),
        "type": "action",
        **_ends(source.asset, output.asset),
        "action_id": source.action_id,
        "user_id": source.action.user_id,
        "created_at": source.action.created_at,
    }


def _ends(source: Asset, target: Asset) -> dict[str, Any]:
    return {
        "source_id": source.pk,
        "source_asset_type": source.asset_type,
        "source": reference(source),
        "target_id": target.pk,
        "target_asset_type": target.asset_type,
        "target": reference(target),
    }


def lineage(asset: Asset, found: Lineage) -> dict[str, Any]:
    root = found.sources[-1].pk if found.sources else None
    family = root or asset.pk
    return {
        "asset": {"id": asset.pk, "asset_type": asset.asset_type, **_origin(found.origin, root)},
        "sources": [hit(source) for source in found.sources],
        "derived": [{**hit(child), **_origin(origin, family)} for child, origin in found.derived],
        "truncated": found.truncated,
    }


def _origin(origin: Origin, family: Any) -> dict[str, Any]:
    source = origin.source.pk if origin.source else None
    run = {"run": _run(origin)} if origin.run else {}
    return {"lineage_role": origin.role, "source_id": source, "family_id": family, **run}


def _run(origin: Origin) -> dict[str, Any]:
    run = origin.run
    assert run is not None  # noqa: S101 - asked by the caller
    return {
        "action_id": run.pk,
        "created_at": run.created_at,
        "route": reference(run.route) if run.route else None,
    }


def tag(row: AssetTag) -> dict[str, Any]:
    return {
        "id": row.pk,
        "asset_id": row.asset_id,
        "tag_id": row.tag_id,
        "tag": {"id": row.tag_id, "name": row.tag.name, "slug": row.tag.name, "type": "other"},
        "source": "manual",
        "user_id": row.created_by_id,
        "created_at": row.created_at,
    }


def counts(engagement: Engagement, *, comments: int) -> dict[str, int]:
    return {
        "views": engagement.views,
        "comments": comments,
        "reactions": 0,
        "downloads": engagement.downloads,
        "earnings_btc": 0,
        "earnings_usd": 0,
    }


def impact(rows: Iterable[tuple[Asset, Engagement, int, int, int]]) -> list[dict[str, Any]]:
    """(asset, engagement, comments, comments of others, runs of others)."""
    return [
        {
            **counts(engagement, comments=comments),
            "asset_id": row.pk,
            "asset_type": row.asset_type,
            "name": row.name,
            "owner_user_id": row.owner_id,
            "quality_views": engagement.views,
            "external_comments": others,
            "external_reactions": 0,
            "uses": uses,
            "popularity_7d": 0,
            "quest_ids": [],
        }
        for row, engagement, comments, others, uses in rows
    ]
