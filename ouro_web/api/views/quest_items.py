"""The items of quests."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from ninja import Schema

from ouro_web.accounts.models import User
from ouro_web.api.errors import Conflict
from ouro_web.api.http import Request, answer, bounds, find, router
from ouro_web.api.placing import refuse_elsewhere
from ouro_web.api.quest_bodies import ItemGiven, Text, assets_of, item_of, text_of
from ouro_web.api.shapes import quests as shapes
from ouro_web.api.views.quests import rows_of
from ouro_web.assets.models import Asset
from ouro_web.quests import entries as handing_in
from ouro_web.quests import evaluating, seeing
from ouro_web.quests import items as operations
from ouro_web.quests.models import Entry, Item, ItemStatus, Quest

items = router("Quests")


class ItemsBody(Schema):
    items: list[str | ItemGiven]


class ItemBody(Schema):
    item: ItemGiven


class Completion(Schema):
    assets: dict[str, Any] | None = None
    description: Text | None = None


@items.get("/quests/assigned-items")
def assigned(request: Request, status: str = "", assignee_id: str = "") -> Any:
    """What the caller (or `assignee_id`) has to do, over all quests. `status`: several with
    commas, or all; without it, what is to do or in progress. Also `org_id`, `team_id`, `limit` and
    `offset`."""
    person = _person(assignee_id) if assignee_id else request.auth.user
    rows = seeing.assigned(person, request.auth.user, _statuses(status))
    for name, column in (("org_id", "quest__organization"), ("team_id", "quest__team")):
        if request.GET.get(name):
            rows = rows.filter(**{column: _id(name, request.GET[name])})
    limit, offset = bounds(request, default=20)
    found = list(rows[offset : offset + (limit or 20) + 1])
    page = {"hasMore": len(found) > (limit or 20), "offset": offset, "limit": limit}
    return answer(shapes.assigned(found[:limit], request.auth.user), pagination=page)


@items.get("/quests/{asset:pk}/items")
def listed(request: Request, pk: str) -> Any:
    """All items, in their order."""
    quest = find(Quest, request, pk, "readable_by")
    return answer(shapes.items(seeing.items(quest), request.auth.user))


@items.post("/quests/{asset:pk}/items")
def add(request: Request, pk: str, body: ItemsBody) -> Any:
    """Add items: texts, or objects. `submission_assets` declares what contributors hand in, by
    key. With `eval_route_id` entries are evaluated by that route, which then says what is handed
    in, without the inputs that `eval_static_inputs` gives."""
    quest = find(Quest, request, pk, "editable_by")
    made = operations.add(quest, rows_of(body.items), by=request.auth.user)
    rows = seeing.items(quest).filter(pk__in=[item.pk for item in made])
    return answer(shapes.items(rows, request.auth.user))


@items.put("/quests/{asset:pk}/items/{uuid:item_pk}")
def update(request: Request, pk: str, item_pk: UUID, body: ItemBody) -> Any:
    """Change what is given. Whoever it is assigned to may say what she waits for, and that it is in
    progress; the evaluation is the admins' to set."""
    item = _of(find(Quest, request, pk), item_pk)  # the operation asks what she may change
    operations.update(item, body.item.values(), by=request.auth.user)
    return answer(_shape(item, request.auth.user))


@items.delete("/quests/{asset:pk}/items/{uuid:item_pk}")
def delete(request: Request, pk: str, item_pk: UUID) -> Any:
    """Delete an item that has no entries."""
    quest = find(Quest, request, pk, "editable_by")
    item = _of(quest, item_pk)
    if item.entries.exists():
        raise Conflict("It has entries. Skip it instead of deleting it.")
    operations.remove(item)
    return answer({"id": item_pk})


@items.post("/quests/{asset:pk}/items/{uuid:item_pk}/complete")
def complete(request: Request, pk: str, item_pk: UUID, body: Completion) -> Any:
    """Admins: mark an item done by an entry of one's own, which is accepted at once."""
    item = _of(find(Quest, request, pk, "managed_by"), item_pk)
    user = request.auth.user
    made = handing_in.complete(
        item, by=user, assets=assets_of(body.assets), text=text_of(body.description)
    )
    row = seeing.complete(Entry.objects.filter(pk=made.pk), user)
    entry = shapes.entries(row, user, manages=True)[0]
    return answer({"entry": entry, "item": _shape(item, user)})


@items.post("/quests/{asset:pk}/items/{uuid:item_pk}/rescore")
def rescore(request: Request, pk: str, item_pk: UUID) -> Any:
    """Evaluate all entries of an item again that were not rejected, as the caller. Scores change as
    the runs end; nothing is accepted or rejected by it."""
    item = _of(find(Quest, request, pk, "editable_by"), item_pk)
    refuse_elsewhere(request.auth, item.quest.organization_id)
    found = evaluating.rescore(item, by=request.auth.user)
    return answer(
        {
            "started": [
                {"entry_id": entry.pk, "action_id": entry.eval_action_id} for entry in found.started
            ],
            "skipped": [{"entry_id": entry.pk, "reason": why} for entry, why in found.skipped],
        }
    )


@items.get("/quests/{asset:pk}/items/{uuid:item_pk}/leaderboard")
def leaderboard(request: Request, pk: str, item_pk: UUID) -> Any:
    """Every scored entry that was not rejected, best first and then the earliest. `item` stands
    beside the page."""
    quest = find(Quest, request, pk, "readable_by")
    item, user = _of(quest, item_pk), request.auth.user
    if not item.leaderboard_enabled:
        raise ValidationError({"item_id": "This item has no leaderboard."})
    limit, offset = bounds(request, default=50)
    size = limit or 50
    found = list(seeing.complete(seeing.ranked(item), user)[offset : offset + size + 1])
    manages = Asset.objects.managed_by(user).filter(pk=quest.pk).exists()
    rows = [
        shapes.placed(row, offset + number, manages=manages)
        for number, row in enumerate(found[:size], start=1)
    ]
    page = {"hasMore": len(found) > size, "offset": offset, "limit": limit}
    return answer(rows, pagination=page, item=_shape(item, user))


def _of(quest: Quest, item_pk: UUID) -> Item:
    item = item_of(quest, item_pk)
    if item is None:
        raise Http404
    return item


def _shape(item: Item, user: User) -> dict[str, Any]:
    rows = Item.objects.select_related("assignee", "eval_route").filter(pk=item.pk)
    return shapes.items(rows, user)[0]


def _person(text: str) -> User | None:
    """None: nobody, who has nothing to do."""
    return User.objects.filter(pk=_id("assignee_id", text)).first()


def _statuses(text: str) -> list[str]:
    wanted = [word.strip() for word in text.split(",") if word.strip()]
    if "all" in wanted:
        return list(ItemStatus.values)
    if strange := set(wanted) - set(ItemStatus.values):
        known = ", ".join([*ItemStatus.values, "all"])
        raise ValidationError({"status": f"{strange.pop()[:60]} is not one of {known}."})
    return wanted or list(seeing.ACTIONABLE)


def _id(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValidationError({name: "must be an id."}) from None
