"""The items of a quest: adding, changing and removing them.

What is given of one is a mapping by the names of the columns, with ids for assignee_id,
child_quest_id and eval_route_id; what is left out stays. Everything wrong is keyed by those names.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max

from ouro_web.accounts.models import User
from ouro_web.assets import words
from ouro_web.assets.models import Asset
from ouro_web.lib.storable import storable
from ouro_web.notifications.models import Kind
from ouro_web.notifications.notify import notify
from ouro_web.quests import closing, configuring, declaring, waiting
from ouro_web.quests.models import Currency, Item, ItemStatus, Order, Quest, Trigger
from ouro_web.quests.texts import written

Given = Mapping[str, Any]

MOST = 200
LONGEST_NOTES = 5_000
LARGEST = {"reward_xp": 10_000, "reward_amount": 2**53 - 1, "sort_order": 100_000}
CHOICES = {
    "status": ItemStatus, "reward_currency": Currency, "eval_trigger": Trigger,
    "leaderboard_order": Order,
}  # fmt: skip
TEXTS = {"notes": LONGEST_NOTES, "waiting_on": 500, "type": 20}
# What whoever an item is assigned to may say of it.
OF_ASSIGNEES = {"status", "notes", "waiting_on", "waiting_until", "waiting_check_every"}


def add(quest: Quest, rows: Iterable[Given], *, by: User) -> list[Item]:
    """Behind those that are there. Raises ValidationError, keyed by items.<number>.<name> when
    there are several."""
    _changeable(quest)
    return put(quest, rows, by=by)


def put(quest: Quest, rows: Iterable[Given], *, by: User) -> list[Item]:
    """The same for a quest that is being made, in whatever status."""
    rows = list(rows)
    if quest.items.count() + len(rows) > MOST:
        raise ValidationError({"items": f"A quest has at most {MOST} items."})
    last = quest.items.aggregate(last=Max("sort_order"))["last"] or 0
    made: list[Item] = []
    with transaction.atomic():
        for number, row in enumerate(rows):
            item = Item(quest=quest, created_by=by, sort_order=last + number + 1)
            try:
                _fill(item, {"description": "", **row}, by)
            except ValidationError as error:
                raise _numbered(error, number if len(rows) > 1 else None) from error
            item.save()
            _tell_assignee(item, by)
            made.append(item)
        if made:
            words.index(quest)
    return made


def update(item: Item, given: Given, *, by: User) -> Item:
    """Raises ValidationError, PermissionDenied."""
    _changeable(item.quest)
    _may_change(item, given, by)
    before, was_resolved = item.assignee_id, item.is_resolved
    with transaction.atomic():
        _fill(item, given, by)
        if was_resolved and not item.is_resolved:
            item.completed_entry = None
        item.save()
        if item.assignee_id != before:
            _tell_assignee(item, by)
        if "description" in given:
            words.index(item.quest)
        closing.close_if_done(item.quest)
    return item


def remove(item: Item) -> None:
    """Raises ValidationError for one that has entries."""
    _changeable(item.quest)
    if item.entries.exists():
        raise ValidationError({"item": "It has entries. Skip it instead of deleting it."})
    quest = item.quest
    with transaction.atomic():
        item.delete()
        words.index(quest)


def _changeable(quest: Quest) -> None:
    if quest.is_over:
        raise ValidationError(
            {"status": f"The quest is {quest.status}; its items stay as they are."}
        )


def _may_change(item: Item, given: Given, by: User) -> None:
    if Asset.objects.editable_by(by).filter(pk=item.quest_id).exists():
        return
    if item.assignee_id != by.pk or not set(given) <= OF_ASSIGNEES:
        raise PermissionDenied("Only those who may edit the quest can change this.")
    if given.get("status", item.status) in (ItemStatus.DONE, ItemStatus.SKIPPED):
        raise PermissionDenied("Only the quest’s admins can resolve it. Hand in an entry.")


def _fill(item: Item, given: Given, by: User) -> None:
    if "description" in given:
        _describe(item, given["description"])
    _fill_plain(item, given)
    if "assignee_id" in given:
        item.assignee = _assignee(item.quest, given["assignee_id"])
    if "child_quest_id" in given:
        item.child_quest = _child(item.quest, given["child_quest_id"], by)
    waiting.fill(item, given)
    configuring.configure(item, given, by)
    declaring.declare(item, given)


def _fill_plain(item: Item, given: Given) -> None:
    for name, choices in CHOICES.items():
        if given.get(name) is not None:
            setattr(item, name, _choice(name, given[name], choices))
    for name, largest in LARGEST.items():
        if given.get(name) is not None:
            setattr(item, name, _number(name, given[name], largest))
    for name, longest in TEXTS.items():
        if name in given:
            setattr(item, name, _text(name, given[name], longest))
    item.type = item.type or "task"


def _describe(item: Item, text: str) -> None:
    # Ids of headings and footnotes must not repeat on a page with many items.
    prefix = f"i{item.pk.hex[-8:]}"
    item.description, item.rendered = written(text or "", field="description", prefix=prefix)
    if not item.description:
        raise ValidationError({"description": "Say what is to be done."})


def _choice(name: str, value: Any, choices: Any) -> str:
    if value not in choices.values:
        raise ValidationError({name: f"is one of {', '.join(choices.values)}."})
    return str(value)


def _number(name: str, value: Any, largest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= largest:
        raise ValidationError({name: f"is a whole number from 0 to {largest:,}."})
    return value


def _text(name: str, value: Any, longest: int) -> str:
    text = storable(value or "").strip()
    if len(text) > longest:
        raise ValidationError({name: f"Use at most {longest:,} characters."})
    return text


def _assignee(quest: Quest, pk: Any) -> User | None:
    """Somebody who may see the quest; others are refused like those who never were."""
    if not pk:
        return None
    person = User.objects.filter(pk=pk, is_active=True).first()
    if person is None or not Asset.objects.readable_by(person).filter(pk=quest.pk).exists():
        raise ValidationError({"assignee_id": "Nobody with this id may see the quest."})
    return person


def _child(quest: Quest, pk: Any, by: User) -> Quest | None:
    if not pk:
        return None
    found = Quest.objects.filter(pk__in=Asset.objects.visible_to(by).filter(pk=pk)).first()
    if found is None or found.pk == quest.pk:
        raise ValidationError({"child_quest_id": "There is no such other quest."})
    return cast(Quest, found)


def _tell_assignee(item: Item, by: User) -> None:
    if item.assignee is not None:
        text = f"{by.display_name} assigned you an item of {item.quest.name}."
        excerpt = item.description
        notify(item.assignee, Kind.QUEST_ASSIGNED, text, by=by, asset=item.quest, excerpt=excerpt)


def _numbered(error: ValidationError, number: int | None) -> ValidationError:
    if number is None:
        return error
    return ValidationError(
        {f"items.{number}.{name}": messages for name, messages in error.message_dict.items()}
    )
