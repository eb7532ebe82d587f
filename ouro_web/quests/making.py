"""Making a quest, and changing it as a whole."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets import changing
from ouro_web.assets.changing import Changes
from ouro_web.assets.models import Asset, AssetType
from ouro_web.assets.placement import Placement, base_fields
from ouro_web.notifications.notify import mentioned
from ouro_web.posts.references import record
from ouro_web.quests import items
from ouro_web.quests.items import Given
from ouro_web.quests.models import Quest, QuestStatus, QuestType
from ouro_web.quests.texts import joined, written

LARGEST_XP = 1_000_000
NONE: Given = {}
# What may follow on what. Closed and cancelled are final.
NEXT = {
    QuestStatus.DRAFT: {QuestStatus.OPEN, QuestStatus.CLOSED, QuestStatus.CANCELLED},
    QuestStatus.OPEN: {QuestStatus.DRAFT, QuestStatus.CLOSED, QuestStatus.CANCELLED},
    QuestStatus.CLOSED: set(),
    QuestStatus.CANCELLED: set(),
}


def create(
    placement: Placement,
    *,
    name: str,
    description: str = "",
    rules: Given = NONE,
    rows: Iterable[Given] = (),
    **columns: Any,
) -> Quest:
    """A quest with its items. `rules`: type, status and max_xp_per_contributor; left out, it is
    closable and open. `columns` are further ones of every asset: license, attribution.

    Raises ValidationError keyed by name, description, a rule, or as items.add does.
    """
    if not name.strip():
        raise ValidationError({"name": "Give it a name."})
    kind = _known("type", rules.get("type") or QuestType.CLOSABLE, QuestType)
    status = _known("status", rules.get("status") or QuestStatus.OPEN, QuestStatus)
    text, rendered = written(description, field="description", prefix="q")
    with transaction.atomic():
        quest = Quest.objects.create(
            **base_fields(placement, asset_type=AssetType.QUEST, name=name.replace("\0", "")),
            **columns,
            description=text,
            rendered=rendered,
            type=kind,
            status=status,
            max_xp_per_contributor=_cap(rules.get("max_xp_per_contributor")),
        )
        items.put(quest, rows, by=placement.owner)
        placement.made(quest)
        said(quest, by=placement.owner)
    return quest


def update(quest: Quest, changes: Changes, *, by: User, rules: Given = NONE) -> Quest:
    """Change what is given; rules as for `create`. Raises ValidationError, PermissionDenied."""
    with transaction.atomic():
        _lock(quest)
        if changes.description is not None:
            quest.description, quest.rendered = written(
                changes.description, field="description", prefix="q"
            )
        _change_rules(quest, rules, by)
        changing.change(quest, _without_description(changes), by=by)
        said(quest, by=by)
    return quest


def said(quest: Quest, *, by: User) -> None:
    """What its texts refer to is on record, and whom they name is told, once."""
    texts = [quest.rendered, *quest.items.values_list("rendered", flat=True)]
    references = joined(texts)
    record(quest, references)
    if quest.status != QuestStatus.DRAFT:
        text = f"{by.display_name} mentioned you in {quest.name}."
        mentioned(references.mentions, text, by=by, asset=quest)


def _lock(quest: Quest) -> None:
    """With the state as it is now: an entry that is accepted may just have closed it."""
    Quest.objects.select_for_update(of=("self",), no_key=True).filter(pk=quest.pk).first()
    quest.refresh_from_db(fields=["status", "ended_at"])


def _without_description(changes: Changes) -> Changes:
    return Changes(
        name=changes.name,
        license=changes.license,
        attribution=changes.attribution,
        visibility=changes.visibility,
        place=changes.place,
    )


def _change_rules(quest: Quest, rules: Given, by: User) -> None:
    kind, status = rules.get("type"), rules.get("status")
    if kind is not None and kind != quest.type:
        _change_type(quest, kind)
    if "max_xp_per_contributor" in rules:
        quest.max_xp_per_contributor = _cap(rules["max_xp_per_contributor"])
    if status is not None and status != quest.status:
        _change_status(quest, status, by)


def _change_type(quest: Quest, wanted: str) -> None:
    _known("type", wanted, QuestType)
    if quest.entries.exists():
        raise ValidationError({"type": "It has entries already, which were made by its rules."})
    quest.type = wanted


def _change_status(quest: Quest, wanted: str, by: User) -> None:
    _known("status", wanted, QuestStatus)
    if not Asset.objects.managed_by(by).filter(pk=quest.pk).exists():
        raise PermissionDenied("Only its admins can open and close it.")
    if wanted not in NEXT[QuestStatus(quest.status)]:
        raise ValidationError({"status": f"A {quest.status} quest stays {quest.status}."})
    if wanted == QuestStatus.DRAFT and quest.entries.exists():
        raise ValidationError({"status": "It has entries already. Close or cancel it instead."})
    quest.status = wanted
    quest.ended_at = timezone.now() if quest.is_over else None


def _known(field: str, value: str, choices: Any) -> str:
    if value not in choices.values:
        raise ValidationError({field: f"is one of {', '.join(choices.values)}."})
    return value


def _cap(given: int | None) -> int | None:
    if given is not None and not 0 <= given <= LARGEST_XP:
        says = f"is a whole number from 0 to {LARGEST_XP:,}."
        raise ValidationError({"max_xp_per_contributor": says})
    return given
