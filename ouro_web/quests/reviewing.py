"""Accepting and rejecting entries, by a person or by an evaluation."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.notifications.models import Kind
from ouro_web.notifications.notify import notify
from ouro_web.quests import closing, experience
from ouro_web.quests.handing_in import open_to_owner
from ouro_web.quests.models import Entry, EntryStatus, Item, ItemStatus, Quest, QuestStatus
from ouro_web.quests.texts import written

TAKEN = "Another entry has taken its place meanwhile."


def review(entry: Entry, *, by: User, status: str, note: str = "") -> Entry:
    """A decision of somebody who manages the quest. What was rejected can still be accepted; what
    was accepted stays so, since others go by it. Repeating a decision only changes its words.

    Raises ValidationError keyed by status or review.
    """
    if status not in (EntryStatus.ACCEPTED, EntryStatus.REJECTED):
        raise ValidationError({"status": "is accepted or rejected."})
    with transaction.atomic():
        entry = locked(entry)
        _may_become(entry, status)
        if note or status != entry.status:
            prefix = f"r{entry.pk.hex[-8:]}"
            entry.review, entry.rendered_review = written(note, field="review", prefix=prefix)
        entry.reviewer, entry.reviewed_at = by, timezone.now()
        if status == entry.status:
            entry.save()
        else:
            decide(entry, status)
    return entry


def locked(entry: Entry) -> Entry:
    """The row as it is now, held with its quest until the transaction ends."""
    Quest.objects.select_for_update(of=("self",), no_key=True).filter(pk=entry.quest_id).first()
    rows = Entry.objects.select_for_update(of=("self",))
    return rows.select_related("item", "quest__owner", "contributor").get(pk=entry.pk)


def decide(entry: Entry, status: str) -> None:
    """Another status, with all that follows from it. `reviewer` says who decided: nobody is an
    evaluation. Raises ValidationError."""
    entry.status = status
    if status == EntryStatus.ACCEPTED:
        open_to_owner(entry)
        entry.xp = experience.earned(entry)
        _take_place(entry)
        if entry.quest.is_closable:
            resolve(entry.item, entry)
    else:
        entry.holds_place = False
        entry.save()
        entry.submissions.update(is_active=False)
    _tell(entry)


def _may_become(entry: Entry, status: str) -> None:
    if entry.status == EntryStatus.ACCEPTED and status != EntryStatus.ACCEPTED:
        raise ValidationError({"status": "An accepted entry stays accepted."})
    if entry.quest.status == QuestStatus.CANCELLED and status != entry.status:
        raise ValidationError({"status": "The quest is cancelled."})


def _take_place(entry: Entry) -> None:
    """What was rejected gave its place and its assets free for others."""
    entry.holds_place = entry.quest.is_closable
    try:
        with transaction.atomic():
            entry.save()
            entry.submissions.update(is_active=True)
    except IntegrityError as error:
        raise ValidationError({"status": TAKEN}) from error


def resolve(item: Item, entry: Entry) -> None:
    """Done, by this entry."""
    unresolved = Item.objects.filter(pk=item.pk).exclude(status=ItemStatus.DONE)
    if unresolved.update(status=ItemStatus.DONE, completed_entry=entry, updated_at=timezone.now()):
        item.status, item.completed_entry = ItemStatus.DONE, entry
    closing.close_if_done(entry.quest)


def _tell(entry: Entry) -> None:
    is_good = entry.status == EntryStatus.ACCEPTED
    kind = Kind.QUEST_ACCEPTED if is_good else Kind.QUEST_REJECTED
    who = entry.reviewer.display_name if entry.reviewer else "The evaluation"
    text = f"{who} {entry.status} your entry to {entry.quest.name}."
    notify(
        entry.contributor, kind, text, by=entry.reviewer, asset=entry.quest, excerpt=entry.review
    )
