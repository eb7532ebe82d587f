"""Notifications as the official client reads them."""

from typing import Any
from uuid import UUID

from django.conf import settings

from ouro_web.api.shapes.assets import reference
from ouro_web.api.shapes.people import profile
from ouro_web.notifications.models import Notification


def notification(row: Notification) -> dict[str, Any]:
    """Wants source_user, the asset and the team with the row."""
    return {
        "id": row.pk,
        "destination_user_id": row.user_id,
        "source_user_id": row.source_user_id,
        "source_user": profile(row.source_user) if row.source_user else None,
        "asset_id": row.asset_id,
        "asset": reference(row.asset) if row.asset else None,
        "org_id": _organization(row),
        "team_id": row.team_id,
        "comment_id": row.comment_id,
        "message_id": row.message_id,
        "action_id": row.action_id,
        "type": row.kind,
        "viewed": row.read_at is not None,
        "content": {"text": _text(row), "url": _address(row)},
        "created_at": row.created_at,
        "last_updated": row.read_at or row.created_at,
    }


def _text(row: Notification) -> str:
    """What happened and, where somebody said something, its first words."""
    return f"{row.text} {row.excerpt}".rstrip()


def _address(row: Notification) -> str | None:
    path = row.get_absolute_url()
    return settings.PUBLIC_URL + path if path else None


def _organization(row: Notification) -> UUID | None:
    if row.asset is not None:
        return row.asset.organization_id
    return row.team.organization_id if row.team else None
