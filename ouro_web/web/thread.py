"""The comments on an asset as the page shows them."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import UUIDField

from ouro_web.accounts.models import User
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.comments.models import Comment, Reaction
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot
from ouro_web.lib.markdown import Rendered
from ouro_web.web import embeds

_comments = kept.Rows(
    lambda: Comment.objects.filter(asset=Slot("pk", UUIDField())).select_related(
        "author", "reply_to__author"
    )
)


def thread_context(asset: Asset, person: Person) -> dict[str, Any]:
    """Oldest first, replies under what they answer, every text filled for this reader; the number
    of queries does not depend on how many there are."""
    rows = _comments.all(pk=asset.pk)
    rendered = [Rendered.from_json(row.rendered) for row in rows]
    texts = embeds.fill_all(rendered, person, with_content=False)
    shown: dict[UUID, dict[str, Any]] = {
        row.pk: {
            "comment": row, "body": body, "mine": row.author_id == person.pk, "replies": [],
            "reactions": _counted([], person),
        }
        for row, body in zip(rows, texts, strict=True)
    }  # fmt: skip
    for pk, reactions in (_reactions(asset, person) if rows else {}).items():
        shown[pk]["reactions"] = reactions
    for row in rows:
        if row.parent_id in shown:
            shown[row.parent_id]["replies"].append(shown[row.pk])
    return {
        "asset": asset,
        "threads": [shown[row.pk] for row in rows if row.parent_id is None],
        "count": len(rows),
        "may_comment": isinstance(person, User) and person.is_active,
    }


def _reactions(asset: Asset, person: Person) -> dict[UUID, list[dict[str, Any]]]:
    """By comment, in one query."""
    found: dict[UUID, list[Reaction]] = defaultdict(list)
    for row in Reaction.objects.filter(comment__asset=asset.pk):
        found[row.comment_id].append(row)
    return {pk: _counted(rows, person) for pk, rows in found.items()}


def _counted(rows: list[Reaction], person: Person) -> list[dict[str, Any]]:
    return [
        {
            "kind": kind.value,
            "label": kind.label,
            "count": sum(row.kind == kind for row in rows),
            "mine": any(row.kind == kind and row.person_id == person.pk for row in rows),
        }
        for kind in Reaction.Kind
    ]
