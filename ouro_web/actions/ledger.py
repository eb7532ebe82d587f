"""The row of a run is the ledger: each change of state is one UPDATE filtered on the old state.

Zero changed rows mean that somebody else was first, and the caller stops. Deliveries may therefore
be lost or come twice. Leases and deadlines go by the database's clock.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now

from ouro_web.actions import following, statements
from ouro_web.actions.faults import Fault
from ouro_web.actions.models import FINAL, LIVE, Action, ActionLog, Announce, Level, Phase, Status
from ouro_web.actions.statements import in_seconds
from ouro_web.lib import kept
from ouro_web.notifications.notify import run_ended
from ouro_web.services.models import Service

QUEUE_PATIENCE = 15
LONGEST_LINE = 10_000
MOST_LINES = 5_000


class NoRoomError(Exception):
    """The service has as many calls out as it may have."""

    def __init__(self, service_id: UUID) -> None:
        super().__init__(service_id)
        self.service_id = service_id


@dataclass(frozen=True, slots=True)
class Full:
    """Nothing was claimed: this service has no room for another call."""

    service_id: UUID


@dataclass(frozen=True, slots=True)
class Claim:
    """What a process holds of a run: its row's state is only changed where this still matches.
    `action` is the row as it was just before."""

    action: Action
    owner: str
    attempt: int

    @property
    def action_id(self) -> UUID:
        return self.action.pk

    @property
    def service_id(self) -> UUID | None:
        """None when the route is gone."""
        return self.action.route.service_id if self.action.route else None

    def values(self) -> dict[str, Any]:
        """What the kept statements about held rows ask for."""
        return {"pk": self.action_id, "owner": self.owner, "attempt": self.attempt}

    def rows(self, **more: Any) -> QuerySet[Action]:
        return Action.objects.filter(
            pk=self.action_id,
            status=Status.IN_PROGRESS,
            owner=self.owner,
            attempt=self.attempt,
            **more,
        )


@transaction.atomic(savepoint=False)
def claim(action_id: UUID, owner: str) -> Claim | Full | None:
    """Take a queued run, unless it is gone. When its service has enough calls out already, the
    run stays where it is."""
    action = statements.queued.first(pk=action_id)
    if action is None:
        return None
    if action.route and not _has_room(action.route.service):
        queued = Action.objects.filter(pk=action_id, status=Status.QUEUED)
        queued.update(try_after=in_seconds(2 * QUEUE_PATIENCE))
        return Full(action.route.service_id)
    held = Claim(action, owner, action.attempt + 1)
    return held if statements.take_queued(**held.values(), was=action.attempt) else None


def claim_saving(action_id: UUID, owner: str) -> Claim | None:
    """Take a run whose answer is stored and whose outputs nobody is saving."""
    free = Q(owner="") | Q(lease_until__lt=Now())
    saving = Action.objects.filter(
        free, pk=action_id, status=Status.IN_PROGRESS, phase=Phase.SAVING
    )
    action = saving.select_related("route__service").first()
    if action is None:
        return None
    held = Claim(action, owner, action.attempt + 1)
    changed = saving.filter(attempt=action.attempt).update(
        owner=owner, lease_until=in_seconds(statements.LEASE), attempt=held.attempt
    )
    return held if changed == 1 else None


def note_sent(held: Claim, *, sent: dict[str, Any], seconds: float) -> bool:
    """Before the first byte leaves: from here on the request may have been executed."""
    with transaction.atomic(savepoint=False):
        changed = statements.note_sent(**held.values(), sent=sent, span=timedelta(seconds=seconds))
        if changed:
            log(held.action_id, f"Sent {sent['method']} {sent['url']}")
    return changed == 1


def store_answer(held: Claim, answer: dict[str, Any]) -> bool:
    """calling -> saving, still ours. `answer` holds the response columns."""
    with transaction.atomic(savepoint=False):
        changed = held.rows(phase=Phase.CALLING).update(
            phase=Phase.SAVING, answered_at=Now(), deadline_at=None, **answer
        )
        if changed:
            log(held.action_id, f"The service answered {answer['response_status']}")
    return changed == 1


def finish_directly(held: Claim, answer: dict[str, Any]) -> bool:
    """calling -> success, for an answer that holds nothing to be saved."""
    with transaction.atomic(savepoint=False):
        changed = statements.finish_directly(**held.values(), **answer)
        if changed:
            log(held.action_id, f"The service answered {answer['response_status']}")
            _say_end(held.action_id, None)
    return changed == 1


def await_callback(held: Claim, answer: dict[str, Any], *, seconds: float) -> bool:
    """calling -> awaiting: nothing is held any more, only a deadline."""
    with transaction.atomic(savepoint=False):
        changed = held.rows(phase=Phase.CALLING).update(
            phase=Phase.AWAITING,
            owner="",
            lease_until=None,
            acknowledged_at=Now(),
            deadline_at=in_seconds(seconds),
            **answer,
        )
        if changed:
            log(held.action_id, "The service accepted the work and will call back")
    return changed == 1


def store_callback(action: Action, response: Any) -> bool:
    """Any live state before saving -> saving, open for whoever takes it first."""
    changed = _not_saving(action).update(
        status=Status.IN_PROGRESS,
        phase=Phase.SAVING,
        owner="",
        lease_until=None,
        deadline_at=None,
        try_after=None,
        started_at=Coalesce("started_at", Now()),
        answered_at=Now(),
        response=response,
    )
    if changed:
        log(action.pk, "The service called back with the result")
    return changed == 1


def finish(pk: UUID, rows: QuerySet[Action], fault: Fault | None, **fields: Any) -> bool:
    """The one way out, with the one above it. `rows` is this run, filtered on the state it must
    still be in."""
    error = fault.as_json() if fault else None
    with transaction.atomic(savepoint=False):
        changed = rows.update(
            status=_final_status(fault), error=error, **statements.ENDED, **fields
        )
        if changed:
            _say_end(pk, fault)
    return changed == 1


def _say_end(pk: UUID, fault: Fault | None) -> None:
    """In the log, to whoever follows the run, and to the one who started it, if she wants to
    know."""
    if fault:
        log(pk, fault.message, Level.ERROR)
    else:
        log(pk, "Finished")
    wanted = {Announce.ALL, Announce.FAILURE} if fault else {Announce.ALL}
    run = statements.to_announce.first(pk=pk)
    if run and run.follower:
        following.say_end(run.follower, pk)
    if run and run.announce in wanted:
        run_ended(
            user_id=run.user_id,
            text=f"{run.route_name} {'failed' if fault else 'finished'}.",
            excerpt=fault.message if fault else "",
            failed=fault is not None,
            action_id=run.pk,
            route_id=run.route_id,
        )


def requeue(pk: UUID, rows: QuerySet[Action], reason: str) -> bool:
    """calling -> queued, for a call that may be repeated."""
    with transaction.atomic(savepoint=False):
        changed = rows.update(
            status=Status.QUEUED,
            phase="",
            owner="",
            lease_until=None,
            try_after=in_seconds(QUEUE_PATIENCE),
        )
        if changed:
            log(pk, reason, Level.WARNING)
    return changed == 1


def unfinished(action: Action) -> QuerySet[Action]:
    return Action.objects.filter(pk=action.pk, status__in=LIVE)


def stoppable(action: Action) -> QuerySet[Action]:
    """Live, and its result not yet in."""
    return _not_saving(action)


def sign_of_life(action: Action, *, seconds: float) -> None:
    """Work goes on elsewhere: the deadline of an async run moves."""
    Action.objects.filter(pk=action.pk, phase=Phase.AWAITING).update(
        deadline_at=in_seconds(seconds)
    )


def beat(owner: str) -> None:
    """Extend all leases of this process in one write."""
    mine = Action.objects.filter(owner=owner, status=Status.IN_PROGRESS)
    mine.update(lease_until=in_seconds(statements.LEASE))


def lost(owner: str, running: Collection[UUID]) -> set[UUID]:
    """Of these runs, those that ended or went to another process meanwhile."""
    others = Q(status=Status.IN_PROGRESS) & ~Q(owner__in=["", owner])
    gone = Action.objects.filter(Q(status__in=FINAL) | others, pk__in=running)
    return set(gone.values_list("pk", flat=True))


def next_queued(service_id: UUID) -> UUID | None:
    """The oldest run that waits for a place at this service."""
    waiting = Action.objects.filter(status=Status.QUEUED, route__service=service_id)
    return waiting.order_by("pk").values_list("pk", flat=True).first()


def log(
    action_id: UUID,
    message: str,
    level: str = Level.INFO,
    source: str = ActionLog.Source.PLATFORM,
) -> None:
    kept.insert(line(action_id, message, level, source))


def line(
    action_id: UUID,
    message: str,
    level: str = Level.INFO,
    source: str = ActionLog.Source.PLATFORM,
) -> ActionLog:
    """A line of the log, not stored yet."""
    message = message[:LONGEST_LINE]
    return ActionLog(action_id=action_id, level=level, source=source, message=message)


def _has_room(service: Service) -> bool:
    """Looked at under a lock on the service's row; SQLite locks the whole database anyway."""
    if connection.features.has_select_for_update:
        services: QuerySet[Service] = QuerySet(Service)
        services.select_for_update(of=("self",)).filter(pk=service.pk).values("pk").first()
    return (statements.calling.first(pk=service.pk) or 0) < service.max_concurrency


def _not_saving(action: Action) -> QuerySet[Action]:
    return unfinished(action).exclude(phase=Phase.SAVING)


def _final_status(fault: Fault | None) -> str:
    if fault is None:
        return Status.SUCCESS
    return Status.TIMED_OUT if fault.timed_out else Status.ERROR
