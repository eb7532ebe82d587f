"""Quests as a whole."""

from typing import Any

from django.db import transaction
from ninja import Field, Schema

from ouro_web.accounts.models import User
from ouro_web.api import giving
from ouro_web.api.bodies import Given, markdown
from ouro_web.api.http import Request, answer, find, router
from ouro_web.api.quest_bodies import ItemGiven
from ouro_web.api.removing import removed
from ouro_web.api.shapes import quests as shapes
from ouro_web.comments.models import Comment
from ouro_web.quests import making, seeing
from ouro_web.quests.models import Quest

quests = router("Quests")

RULES = ("type", "status", "max_xp_per_contributor")


class QuestGiven(Given):
    type: str | None = None
    status: str | None = None
    max_xp_per_contributor: int | None = Field(None, ge=0, le=making.LARGEST_XP)
    items: list[str | ItemGiven] | None = None

    def rules(self) -> dict[str, Any]:
        found = self.model_dump(include=set(RULES), exclude_unset=True)
        return {name: value for name, value in found.items() if value is not None}


class QuestBody(Schema):
    quest: QuestGiven


@quests.post("/quests/create")
def create(request: Request, body: QuestBody) -> Any:
    """Ask others for help. `type`: closable (one active entry of a person at an item, and closed
    when all items are done or skipped) or continuous; `status`: draft, open, closed or cancelled.
    `items` are texts, or objects as for `POST /quests/{pk}/items`."""
    placement = giving.place(request, body.quest)
    with transaction.atomic():
        row = making.create(
            placement,
            name=body.quest.name or "",
            rules=body.quest.rules(),
            rows=rows_of(body.quest.items or []),
            **giving.columns(body.quest),
        )
    return answer(_shape(find(Quest, request, row.pk), request.auth.user))


@quests.get("/quests/{asset:pk}")
def retrieve(request: Request, pk: str) -> Any:
    """A quest by its id, or as creator/name, with its items and progress."""
    return answer(_shape(find(Quest, request, pk), request.auth.user))


@quests.put("/quests/{asset:pk}")
def update(request: Request, pk: str, body: QuestBody) -> Any:
    """Change what is given. Admins also open it, close it and cancel it; closed and cancelled are
    final. The items have addresses of their own."""
    row = find(Quest, request, pk, "editable_by")
    changes = giving.changes(request, row, body.quest)
    making.update(row, changes, by=request.auth.user, rules=body.quest.rules())
    # Whoever made it private for its owner is told so, although she may no longer see it.
    return answer(_shape(row, request.auth.user))


@quests.delete("/quests/{asset:pk}")
def delete(request: Request, pk: str, delete_children: bool = False, dry_run: bool = False) -> Any:
    """Delete a quest with its items and entries; what was handed in stays its contributors'.
    `dry_run=true` only tells what would go."""
    row = find(Quest, request, pk, "managed_by")
    return answer(removed(row, children=delete_children, dry_run=dry_run))


def rows_of(given: list[str | ItemGiven]) -> list[dict[str, Any]]:
    return [
        {"description": markdown(each)} if isinstance(each, str) else each.values()
        for each in given
    ]


def _shape(row: Quest, person: User) -> dict[str, Any]:
    if not Quest.objects.readable_by(person).filter(pk=row.pk).exists():
        return shapes.quest(row, [])
    items = shapes.items(seeing.items(row), person)
    return shapes.quest(row, items, comments=Comment.objects.filter(asset=row.pk).count())
