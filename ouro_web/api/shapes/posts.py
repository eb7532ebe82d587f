"""Posts and comments, with their text as markdown and as the editor's document."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

from ouro_web.api.shapes.assets import asset, reference
from ouro_web.api.shapes.people import organization_profile, profile, team_profile
from ouro_web.assets.models import Asset
from ouro_web.comments.models import Comment
from ouro_web.lib import document
from ouro_web.lib.markdown import Rendered
from ouro_web.posts.models import Post


def post(
    row: Post, *, embeds: Iterable[Asset] | None, comments: int = 0, views: int = 0
) -> dict[str, Any]:
    """Without embeds (None) the reader may not have the content."""
    shape = asset(row) | {"comments": comments, "views": views}
    if embeds is None:
        return shape | {"content": None, "assets": []}
    return shape | {"content": content(row.text), "assets": [embedded(each) for each in embeds]}


def comment(row: Comment, embeds: Iterable[Asset] = (), *, replies: int = 0) -> dict[str, Any]:
    """Wants author and the asset with organization and team. A comment is where its asset is."""
    about = row.asset
    return {
        "id": row.pk,
        "asset_type": "comment",
        "user_id": row.author_id,
        "user": profile(row.author),
        "org_id": about.organization_id,
        "organization": organization_profile(about.organization),
        "team_id": about.team_id,
        "team": team_profile(about.team),
        "parent_id": row.parent_id or about.pk,
        "asset_id": about.pk,
        "name": None,
        "url": settings.PUBLIC_URL + row.get_absolute_url(),
        "description": None,
        "visibility": "inherit",
        "created_at": row.created_at,
        "last_updated": row.edited_at or row.created_at,
        "content": content(row.text),
        "assets": [embedded(each) for each in embeds],
        "replies": replies,
    }


def content(text: str) -> dict[str, Any]:
    return {"text": text, "json": document.from_text(text)}


def embedded(row: Asset) -> dict[str, Any]:
    return reference(row) | {"user": profile(row.owner), "team": team_profile(row.team)}


def embeds_of(rendered: Mapping[str, Any]) -> set[UUID]:
    """The assets that a text shows, as ids."""
    slots = Rendered.from_json(dict(rendered)).references.embeds
    return {UUID(slot.id) for slot in slots}
