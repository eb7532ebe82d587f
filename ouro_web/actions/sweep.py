"""Finding what was left behind: runs of processes that died, deadlines that passed, and deliveries
that the queue lost. Every worker does it every few seconds; each change is a compare-and-set, so
they do not get into one another's way."""

from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from ouro_web.actions import faults, following, ledger
from ouro_web.actions.engine import silence_limit, time_limit
from ouro_web.actions.models import Action, Phase, Status
from ouro_web.actions.request import is_repeatable
from ouro_web.actions.statements import LEASE, in_seconds
from ouro_web.lib import machine

AT_ONCE = 500
ATTEMPTS = 3
# The process that holds a call ends it itself at the deadline; the sweep waits a little longer.
GRACE = 5
AGAIN = "This site stopped while it worked on the run; it tries again"
SHORTEST_WAIT, LONGEST_WAIT = 15, 300


def sweep() -> list[UUID]:
    """Put right what can be; returns the runs that should be tried now."""
    time_out()
    following.remind()
    return [*take_back(), *overdue()]


def take_back() -> list[UUID]:
    """Rows whose lease ran out: repeat what may be repeated, end what may not."""
    expired = Action.objects.filter(status=Status.IN_PROGRESS, lease_until__lt=Now())
    found = expired.select_related("route")[:AT_ONCE]
    return [action.pk for action in found if _taken_back(action)]


def release(owner: str) -> None:
    """Let go of everything that a process holds which is about to end, or has ended."""
    mine = Action.objects.filter(status=Status.IN_PROGRESS, owner=owner)
    mine.update(lease_until=in_seconds(-1))


def release_dead() -> None:
    """A worker that starts need not wait for the leases of its dead predecessor."""
    live = Action.objects.filter(status=Status.IN_PROGRESS).exclude(owner="")
    for owner in live.values_list("owner", flat=True).distinct():
        if machine.is_gone(owner):
            release(owner)


def time_out() -> None:
    late = Q(phase=Phase.AWAITING, deadline_at__lt=Now()) | Q(
        phase=Phase.CALLING, deadline_at__lt=in_seconds(-GRACE)
    )
    overdue = Action.objects.filter(late, status=Status.IN_PROGRESS)
    for action in overdue.select_related("route__service")[:AT_ONCE]:
        awaiting = action.phase == Phase.AWAITING
        seconds = silence_limit(action) if awaiting else time_limit(action)
        fault = faults.silence(awaiting=awaiting, seconds=int(seconds))
        ledger.finish(action.pk, overdue.filter(pk=action.pk), fault)


def overdue() -> list[UUID]:
    """Queued rows that nobody has tried for a while. The wait grows with the age of the row, so
    that a long queue is not flooded."""
    rows = Action.objects.filter(status=Status.QUEUED, try_after__lt=Now())
    found = list(rows.order_by("pk").values_list("pk", "created_at")[:AT_ONCE])
    for pk, created_at in found:
        age = (timezone.now() - created_at).total_seconds()
        wait = min(max(age, SHORTEST_WAIT), LONGEST_WAIT)
        rows.filter(pk=pk).update(try_after=in_seconds(wait))
    return [pk for pk, _ in found]


def _taken_back(action: Action) -> bool:
    rows = Action.objects.filter(
        pk=action.pk,
        status=Status.IN_PROGRESS,
        phase=action.phase,
        owner=action.owner,
        attempt=action.attempt,
        lease_until__lt=Now(),
    )
    if action.phase == Phase.SAVING:
        return rows.update(owner="", lease_until=in_seconds(LEASE)) == 1
    if action.sent_at and not is_repeatable(action.route):
        ledger.finish(action.pk, rows, faults.interrupted())
        return False
    if action.attempt >= ATTEMPTS:
        ledger.finish(action.pk, rows, faults.gave_up(action.attempt))
        return False
    return ledger.requeue(action.pk, rows, AGAIN)
