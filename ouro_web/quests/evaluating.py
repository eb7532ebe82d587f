"""Evaluating entries: the item's route runs on what was handed in, and its answer holds a score.

The run is an ordinary one, of the quest's owner, put on record together with the entry that waits
for it. Its end is told by actions.following, as often as it takes: an entry takes the end of its
present run once, and of no other.
"""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q

from ouro_web.accounts.models import User
from ouro_web.actions import following, run
from ouro_web.actions.models import Action, Announce
from ouro_web.quests import reviewing
from ouro_web.quests.calls import call_for
from ouro_web.quests.models import Entry, EntryStatus, EvalStatus, Item, QuestStatus
from ouro_web.quests.scores import Verdict, judged
from ouro_web.quests.texts import written

FOLLOWER = "quests"  # under this name runs are followed
MOST_AT_ONCE = 100  # runs that rescoring an item starts
RUNNING = Q(eval_status=EvalStatus.RUNNING, eval_action__isnull=False)
GOING_ON = "It is being evaluated already."


@dataclass(frozen=True)
class Rescored:
    started: list[Entry]
    skipped: list[tuple[Entry, str]]  # with the reason


def begin(entry: Entry, *, by: User, decides: bool) -> Entry:
    """Start the evaluation as this person. `decides`: its outcome accepts or rejects the entry.

    Raises ValidationError, PermissionDenied, TooManyRunsError.
    """
    route = entry.item.eval_route
    if route is None:
        raise ValidationError({"entry": "Entries of this item are not evaluated."})
    call = call_for(route, _assets(entry))
    with transaction.atomic():
        waiting = Entry.objects.filter(pk=entry.pk).exclude(RUNNING)
        if not waiting.update(eval_status=EvalStatus.RUNNING, eval_decides=decides):
            raise ValidationError({"entry": GOING_ON})
        action = run.start(route, by, call, announce=Announce.NONE, follower=FOLLOWER)
        Entry.objects.filter(pk=entry.pk).update(eval_action=action, eval_message="")
    entry.eval_status, entry.eval_decides, entry.eval_action = "running", decides, action
    return entry


def begin_or_note(entry: Entry) -> None:
    """For an entry that has just come: what stands in the way is noted, and the entry stays for
    its reviewers."""
    try:
        begin(entry, by=entry.quest.owner, decides=True)
    except (ValidationError, PermissionDenied) as error:
        says = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        Entry.objects.filter(pk=entry.pk).update(
            eval_status=EvalStatus.ERRORED, eval_message=says[:500]
        )


def evaluate(entry: Entry) -> Entry:
    """At the wish of somebody who manages the quest, as its owner. What is decided stays so."""
    return begin(entry, by=entry.quest.owner, decides=entry.status == EntryStatus.SUBMITTED)


def rescore(item: Item, *, by: User) -> Rescored:
    """Runs the route again on what was not rejected, as this person; decides nothing."""
    if item.eval_route is None:
        raise ValidationError({"item": "Entries of this item are not evaluated."})
    found = Rescored([], [])
    rows = item.entries.exclude(status=EntryStatus.REJECTED).select_related("quest", "item")
    for entry in rows.order_by("pk")[:MOST_AT_ONCE]:
        entry.item = item
        try:
            found.started.append(begin(entry, by=by, decides=False))
        except PermissionDenied as error:
            raise ValidationError({"eval_route_id": str(error)}) from error
        except ValidationError as error:
            found.skipped.append((entry, " ".join(error.messages)))
    return found


def settle(action_id: UUID) -> None:
    """Take the end of a run. Harmless when it comes twice, late, or for what is gone."""
    action = Action.objects.filter(pk=action_id).first()
    if action is None or not action.is_final:
        return
    with transaction.atomic():
        waiting = Entry.objects.filter(eval_action=action, eval_status=EvalStatus.RUNNING)
        if (entry := waiting.first()) is not None:
            entry = reviewing.locked(entry)
            if entry.eval_action_id == action.pk and entry.eval_status == EvalStatus.RUNNING:
                _take(entry, judged(entry.item, action))
        following.noted(action.pk)


def _take(entry: Entry, verdict: Verdict) -> None:
    entry.eval_status, entry.eval_message = verdict.status, verdict.message
    if verdict.score is not None:
        entry.eval_score, entry.eval_category_scores = verdict.score, verdict.categories
    entry.save()
    undecided = entry.eval_decides and entry.status == EntryStatus.SUBMITTED
    if verdict.score is None or not undecided or entry.quest.status == QuestStatus.CANCELLED:
        return
    has_passed = verdict.status == EvalStatus.PASSED
    _decide(entry, EntryStatus.ACCEPTED if has_passed else EntryStatus.REJECTED, verdict.score)


def _decide(entry: Entry, status: str, score: float) -> None:
    """What cannot be accepted any more, because an asset is gone, is left to the reviewers."""
    where = "within" if status == EntryStatus.ACCEPTED else "outside"
    says = f"Score {score:g}, {where} the range that passes."
    prefix = f"r{entry.pk.hex[-8:]}"
    entry.review, entry.rendered_review = written(says, field="review", prefix=prefix)
    try:
        with transaction.atomic():
            reviewing.decide(entry, status)
    except ValidationError as error:
        Entry.objects.filter(pk=entry.pk).update(eval_message=" ".join(error.messages)[:500])


def _assets(entry: Entry) -> dict[str, UUID]:
    """By input: what was handed in, and what the quest gives. Raises ValidationError for what is
    gone."""
    given = {}
    for each in entry.submissions.all():
        if each.asset_id is None:
            raise ValidationError({"entry": f"The {each.asset_type} that was handed in is gone."})
        given[each.key] = each.asset_id
    statics = entry.item.eval_static_inputs.items()
    return {**given, **{key: UUID(each["asset_id"]) for key, each in statics}}
