"""Handing something in for an item of an open quest."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset
from ouro_web.notifications.models import Kind
from ouro_web.notifications.notify import notify
from ouro_web.quests import banning, evaluating, handing_in, reviewing
from ouro_web.quests.handing_in import Chosen
from ouro_web.quests.models import Entry, EntryStatus, EvalStatus, Item, Trigger
from ouro_web.quests.texts import written

ACTIVE = (EntryStatus.SUBMITTED, EntryStatus.ACCEPTED)
ONE_AT_A_TIME = "You have an active entry for this item. Another is possible if it is rejected."
USED = "Something of this is in another active entry of the quest."
BANNED = "You have been banned from this quest’s team, so it takes nothing of yours."
MOST_AT_ONCE = 20  # evaluations of one person's entries that go on in a quest


def submit(item: Item, *, contributor: User, assets: Mapping[str, UUID], text: str = "") -> Entry:
    """An entry that waits for its review, or is evaluated at once. Wants quest and eval_route with
    the item.

    Raises PermissionDenied, and ValidationError keyed by item_id, description or assets.<key>.
    """
    entry, chosen = _prepared(item, contributor, assets, text)
    if item.reward_amount and not entry.description:
        raise ValidationError({"description": "Say what you hand in; reviewers see that first."})
    with transaction.atomic():
        _keep(entry, chosen)
        if item.eval_route is not None:
            handing_in.open_to_owner(entry)
        by = entry.contributor
        told = f"{by.display_name} handed something in for {item.quest.name}."
        notify(
            item.quest.owner, Kind.QUEST_ENTRY, told, by=by, asset=item.quest,
            excerpt=entry.description,
        )  # fmt: skip
        if item.eval_route is not None and item.eval_trigger == Trigger.SUBMIT:
            evaluating.begin_or_note(entry)
    return Entry.objects.select_related("item__eval_route", "quest").get(pk=entry.pk)


def complete(item: Item, *, by: User, assets: Mapping[str, UUID], text: str = "") -> Entry:
    """An admin's own entry, accepted at once; the item is done, whatever kind of quest it is."""
    entry, chosen = _prepared(item, by, assets, text, needed=False)
    entry.self_completed, entry.reviewer, entry.reviewed_at = True, by, timezone.now()
    with transaction.atomic():
        _keep(entry, chosen)
        reviewing.decide(entry, EntryStatus.ACCEPTED)
        reviewing.resolve(item, entry)
    return entry


def _prepared(
    item: Item, by: User, assets: Mapping[str, UUID], text: str, *, needed: bool = True
) -> tuple[Entry, list[Chosen]]:
    """An entry that is not stored yet, and its assets."""
    _takes(item, by)
    entry = Entry(quest=item.quest, item=item, contributor=by, holds_place=item.quest.is_closable)
    prefix = f"e{entry.pk.hex[-8:]}"
    entry.description, entry.rendered = written(text, field="description", prefix=prefix)
    chosen = handing_in.choose(item, by, assets, needed=needed)
    if not chosen and not entry.description and needed:
        raise ValidationError({"description": "Say what you did, or hand something in."})
    if item.eval_route is not None and not entry.self_completed:
        entry.eval_status = EvalStatus.PENDING if needed else EvalStatus.SKIPPED
    return entry, chosen


def _takes(item: Item, by: User) -> None:
    quest = item.quest
    if not quest.is_open:
        says = f"The quest is {_word(quest.status)}; it takes entries only while it is open."
        raise ValidationError({"item_id": says})
    if banning.is_banned(quest, by):
        raise PermissionDenied(BANNED)
    if item.is_resolved:
        raise ValidationError({"item_id": f"This item is {item.status} already."})
    mine = item.entries.filter(contributor=by, status__in=ACTIVE)
    if quest.is_closable and mine.exists():
        raise ValidationError({"item_id": ValidationError(ONE_AT_A_TIME, code="unique")})
    going_on = quest.entries.filter(contributor=by, eval_status=EvalStatus.RUNNING)
    if going_on.count() >= MOST_AT_ONCE:
        says = f"{MOST_AT_ONCE} of your entries are being evaluated. Wait for one to end."
        raise ValidationError({"item_id": says})


def _word(status: str) -> str:
    return "still a draft" if status == "draft" else status


def _keep(entry: Entry, chosen: Iterable[Chosen]) -> None:
    """The constraints of the tables decide between two at the same moment."""
    chosen = list(chosen)
    if reason := _clash(entry, chosen):
        raise reason
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
            handing_in.keep(entry, chosen)
    except IntegrityError as error:
        raise _clash(entry, chosen) or ValidationError({"assets": USED}) from error


def _clash(entry: Entry, chosen: Iterable[Chosen]) -> ValidationError | None:
    mine = entry.item.entries.filter(contributor=entry.contributor, holds_place=True)
    if entry.holds_place and mine.exclude(pk=entry.pk).exists():
        return ValidationError({"item_id": ValidationError(ONE_AT_A_TIME, code="unique")})
    wrong: dict[str, Any] = {}
    for each in chosen:
        if _is_used(entry, each.asset):
            wrong[f"assets.{each.key}"] = ValidationError(USED, code="unique")
    return ValidationError(wrong) if wrong else None


def _is_used(entry: Entry, asset: Asset) -> bool:
    used = asset.submissions.filter(is_active=True).exclude(entry=entry.pk)
    if asset.asset_type == "route":
        return used.filter(item=entry.item_id).exists()
    return used.filter(quest=entry.quest_id).exists()
