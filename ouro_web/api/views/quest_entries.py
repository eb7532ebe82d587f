"""The entries of quests: handing in, reviewing, evaluating."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Schema

from ouro_web.accounts.models import User
from ouro_web.actions import executor
from ouro_web.api.http import Request, answer, api, bounds, find, router
from ouro_web.api.quest_bodies import EntryGiven, Text, assets_of, item_of, text_of
from ouro_web.api.shapes import quests as shapes
from ouro_web.api.waiting import LONGEST
from ouro_web.assets.models import Asset
from ouro_web.quests import entries as operations
from ouro_web.quests import evaluating, reviewing, seeing
from ouro_web.quests.declaring import declared
from ouro_web.quests.models import Entry, EntryStatus, Item, Quest

entries = router("Quests")


class EntryBody(Schema):
    entry: EntryGiven


class Review(Schema):
    status: Literal["accepted", "rejected"]
    review: Text | None = None


@entries.post("/quests/{asset:pk}/entries/create")
def create(request: Request, pk: str, body: EntryBody) -> Any:
    """Hand something in for an item of an open quest: `assets` by the item's keys, and a
    description. In a closable quest a person has one active entry at an item. An asset that the
    quest's owner may not read is shared with her (read) when the entry is accepted, and at once
    when it is evaluated by a route; so it must be the caller's to share."""
    quest = find(Quest, request, pk, "readable_by")
    item = item_of(quest, body.entry.item_id)
    if item is None:
        raise ValidationError({"item_id": "The quest has no such item."})
    entry = operations.submit(
        item,
        contributor=request.auth.user,
        assets=_assets(item, body.entry),
        text=text_of(body.entry.description),
    )
    return answer(_shape(entry, request.auth.user))


@entries.get("/quests/{asset:pk}/entries")
def listed(request: Request, pk: str, status: str = "") -> Any:
    """Entries, newest first: admins of the quest see all, others their own and accepted ones."""
    quest, user = find(Quest, request, pk, "readable_by"), request.auth.user
    rows = seeing.entries(quest, user)
    if status:
        if status not in EntryStatus.values:
            known = ", ".join(EntryStatus.values)
            raise ValidationError({"status": f"is one of {known}."})
        rows = rows.filter(status=status)
    limit, offset = bounds(request, default=50)
    size = limit or 50
    found = list(seeing.complete(rows, user)[offset : offset + size + 1])
    page = {"hasMore": len(found) > size, "offset": offset, "limit": limit}
    shown = shapes.entries(found[:size], user, manages=_manages(quest, user))
    return answer(shown, pagination=page)


@entries.put("/quests/{asset:pk}/entries/{uuid:entry_pk}/review")
def review(request: Request, pk: str, entry_pk: UUID, body: Review) -> Any:
    """Admins: accept or reject an entry, with a word about it. Accepting opens what was handed in
    to the quest's owner, and marks the item of a closable quest done. It is final."""
    entry = _entry(find(Quest, request, pk, "managed_by"), entry_pk)
    user = request.auth.user
    reviewing.review(entry, by=user, status=body.status, note=text_of(body.review))
    return answer(_shape(entry, user))


@entries.post("/quests/{asset:pk}/entries/{uuid:entry_pk}/evaluate")
def evaluate(request: Request, pk: str, entry_pk: UUID) -> Any:
    """Admins: run the item's route on an entry, as the quest's owner. What waits for its decision
    is accepted or rejected by the score; else the score alone changes. The answer comes when the
    run has ended; of one that takes long, the entry says `running`."""
    entry = _entry(find(Quest, request, pk, "managed_by"), entry_pk)
    evaluating.evaluate(entry)
    response = api.create_response(request, answer(_shape(entry, request.auth.user)), status=200)
    # For the server, which waits without a thread.
    response.later = Evaluated(request, entry, request.auth.user)  # type: ignore[attr-defined]
    return response


@dataclass(frozen=True)
class Evaluated:
    """The answer after the run has ended."""

    request: HttpRequest
    entry: Entry
    user: User

    async def wait(self) -> bool:
        assert self.entry.eval_action_id is not None  # noqa: S101 - it was just begun
        done = executor.beside_pages().until_settled(self.entry.eval_action_id)
        try:
            await asyncio.wait_for(asyncio.wrap_future(done), LONGEST)
        except TimeoutError:
            return False
        return True

    def finish(self, response: HttpResponse) -> None:
        if self.entry.eval_action_id is not None:
            evaluating.settle(self.entry.eval_action_id)
        better = api.create_response(
            self.request, answer(_shape(self.entry, self.user)), status=200
        )
        response.content = better.content
        del response.headers["Content-Encoding"]
        response.headers["Content-Length"] = str(len(better.content))


def _entry(quest: Quest, pk: UUID) -> Entry:
    rows = Entry.objects.select_related("item__eval_route", "quest__owner", "contributor")
    entry = rows.filter(quest=quest, pk=pk).first()
    if entry is None:
        raise Http404
    return entry


def _assets(item: Item, given: EntryGiven) -> dict[str, UUID]:
    found = assets_of(given.assets)
    if given.asset_id is not None and not found:
        wanted = declared(item).values()
        primary = next((each.name for each in wanted if each.primary), None)
        found[primary or next((each.name for each in wanted), "asset")] = given.asset_id
    return found


def _manages(quest: Quest, user: User) -> bool:
    return Asset.objects.managed_by(user).filter(pk=quest.pk).exists()


def _shape(entry: Entry, user: User) -> dict[str, Any]:
    rows = seeing.complete(Entry.objects.filter(pk=entry.pk), user)
    return shapes.entries(rows, user, manages=_manages(entry.quest, user))[0]
