"""Conversations and messages as the official client reads them."""

from typing import Any

from django.conf import settings

from ouro_web.api.shapes.assets import asset
from ouro_web.api.shapes.people import profile
from ouro_web.api.shapes.posts import content
from ouro_web.conversations.members import members_of
from ouro_web.conversations.models import Conversation, Message


def conversation(row: Conversation) -> dict[str, Any]:
    """Wants owner, organization, team and grants with their people; `unreads` where it is known."""
    members = members_of(row)
    return asset(row) | {
        "summary": row.description or None,
        "metadata": {
            "members": [person.pk for person in members],
            "summary": row.description or None,
        },
        "members": [profile(person) for person in members],
        "unreads": getattr(row, "unreads", 0),
        "last_updated": row.last_at,
    }


def message(row: Message) -> dict[str, Any]:
    """Wants the author with the row."""
    return {
        "id": row.pk,
        "conversation_id": row.conversation_id,
        "user_id": row.author_id,
        "user": profile(row.author),
        "type": row.type,
        "text": row.text,
        "json": row.data or content(row.text)["json"],
        "turn_id": row.turn_id,
        "seq": row.seq,
        "metadata": row.metadata or None,
        "url": settings.PUBLIC_URL + row.get_absolute_url(),
        "created_at": row.created_at,
        "last_updated": row.edited_at or row.created_at,
    }
