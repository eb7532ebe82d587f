"""Assets of every kind as the official client reads them."""

from collections.abc import Callable
from typing import Any

from django.conf import settings

from ouro_web.api.shapes.people import organization_profile, profile, team_profile
from ouro_web.assets.models import Asset, AssetType
from ouro_web.lib import document
from ouro_web.services.models import Authentication

AUTHENTICATION = {
    Authentication.NONE: "None",
    Authentication.OURO: "Ouro",
    Authentication.TOKEN: "Personal Access Token",
    Authentication.OAUTH2: "OAuth 2.0",
    Authentication.BASIC: "Basic",
    Authentication.KEY: "API Key",
}


LONGEST_DOCUMENT = 8_000  # characters; a longer text is read in a process of its own


def asset(row: Asset) -> dict[str, Any]:
    """What all kinds share. Wants owner, organization and team with the row."""
    return _light(row) | {"description": rich_text(row.description)}


def _light(row: Asset) -> dict[str, Any]:
    return {
        "id": row.pk,
        "user_id": row.owner_id,
        "user": profile(row.owner),
        "org_id": row.organization_id,
        "organization": organization_profile(row.organization),
        "team_id": row.team_id,
        "team": team_profile(row.team),
        "parent_id": row.parent_id,
        "name": row.name,
        "slug": row.slug,
        "url": address(row),
        "description": plain_text(row.description),
        "asset_type": row.asset_type,
        "visibility": row.visibility,
        "monetization": None,
        "license_id": row.license or None,
        "attribution": row.attribution or None,
        "metadata": None,
        "state": "success",
        "source": row.source if row.source in ("web", "api") else "web",
        "created_at": row.created_at,
        "last_updated": row.updated_at,
    }


def reference(row: Asset) -> dict[str, Any]:
    """An asset inside another object: enough to name it, link it and use it."""
    return {
        "id": row.pk,
        "name": row.name,
        "asset_type": row.asset_type,
        "user_id": row.owner_id,
        "org_id": row.organization_id,
        "team_id": row.team_id,
        "visibility": row.visibility,
        "description": plain_text(row.description),
        "created_at": row.created_at,
        "slug": row.slug,
        "url": address(row),
    }


def hit(row: Asset) -> dict[str, Any]:
    """An asset in a list of several kinds. Wants the row with `for_cards()`."""
    return _light(row) | DETAILS[AssetType(row.asset_type)](row.kind)


def address(row: Asset) -> str:
    return settings.PUBLIC_URL + row.get_absolute_url()


def rich_text(text: str) -> dict[str, Any] | None:
    """Markdown and its document, as editors keep descriptions."""
    if not text or len(text) > LONGEST_DOCUMENT:
        return plain_text(text)
    return {"text": text, "json": document.from_text(text)}


def plain_text(text: str) -> dict[str, Any] | None:
    """For lists: a document for each of two hundred would take longer than all the rest."""
    return {"text": text, "json": None} if text else None


def file_details(row: Any) -> dict[str, Any]:
    bucket = "public-files" if row.visibility == "public" else "files"
    path = f"{row.pk}/{row.filename}"
    facts = {
        "id": row.pk,
        "name": row.filename,
        "path": path,
        "fullPath": f"{bucket}/{path}",
        "bucket": bucket,
        "size": row.size,
        "type": row.media_type,
        "mimeType": row.media_type,
        "extension": row.extension or None,
        "sha256": row.sha256,
    }
    return {"metadata": facts | structure_facts(row.facts)}


def structure_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """What was read out of the content: formula and cell, or the size of a picture."""
    return {key: facts[key] for key in ("structure", "width", "height") if key in facts}


def dataset_details(row: Any) -> dict[str, Any]:
    return {
        "metadata": {
            "table_name": row.table_name,
            "schema": "datasets",
            "columns": [column["name"] for column in row.columns],
            "table_size": row.size,
            "row_count": row.row_count,
            "refs": {
                column["name"]: {
                    "kind": column["ref_kind"], "asset_type": column.get("asset_type"),
                }
                for column in row.columns
                if column.get("ref_kind")
            }
            or None,
        }
    }  # fmt: skip


def _service(row: Any) -> dict[str, Any]:
    return {
        "metadata": {
            "base_url": row.base_url,
            "authentication": AUTHENTICATION[row.authentication],
            "version": row.version or None,
            "spec_url": row.spec_url or None,
            "auth_url": row.authorization_url or None,
        }
    }


def _route(row: Any) -> dict[str, Any]:
    return {"parent_id": row.service_id}


def _nothing_more(row: Any) -> dict[str, Any]:
    return {}


def quest_details(row: Any) -> dict[str, Any]:
    return {
        "quest": {
            "id": row.pk,
            "type": row.type,
            "status": row.status,
            "max_xp_per_contributor": row.max_xp_per_contributor,
        }
    }


DETAILS: dict[AssetType, Callable[[Any], dict[str, Any]]] = {
    AssetType.FILE: file_details,
    AssetType.DATASET: dataset_details,
    AssetType.SERVICE: _service,
    AssetType.ROUTE: _route,
    AssetType.POST: _nothing_more,
    AssetType.CONVERSATION: _nothing_more,
    AssetType.QUEST: quest_details,
}
