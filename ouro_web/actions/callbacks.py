"""What a service says about a run after the first answer: the result, progress, log lines.

Any of it may come early, twice, late or at the same moment. The state decides once, by one UPDATE;
everything after that is answered kindly and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from ouro_web.actions import callback_token, faults, ledger, tasks
from ouro_web.actions.engine import silence_limit
from ouro_web.actions.models import Action, ActionLog, Level

DONE = frozenset({"completed", "complete", "success", "succeeded"})
FAILED = frozenset({"failed", "failure", "error"})
PROGRESS = frozenset({"progress", "in-progress", "in_progress", "running", "processing", "queued"})
LEVELS = {"debug": Level.DEBUG, "info": Level.INFO, "warn": Level.WARNING} | {
    "warning": Level.WARNING, "error": Level.ERROR, "critical": Level.ERROR,
}  # fmt: skip
LATE_LINES = timedelta(minutes=10)
REPEATED = "The service called back again; that changed nothing"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the service is told. What was ignored is answered with success all the same, so that
    nobody sends it for ever."""

    status: str
    ignored: bool = False


def authorised(action: Action, token: str) -> None:
    """Raises PermissionDenied for any token but this run's own, always in the same words."""
    if not callback_token.matches(token, action.callback_token_hash):
        raise PermissionDenied("The token does not belong to this run.")


def receive(action: Action, payload: Mapping[str, Any]) -> Receipt:
    """Take a callback whose token was checked. Raises ValidationError for one that says nothing
    known."""
    status = str(payload.get("status", "")).strip().lower()
    if status in PROGRESS:
        return report(action, str(payload.get("message") or ""), "info")
    if status not in DONE | FAILED:
        raise ValidationError({"status": "Use completed or failed (or success or error)."})
    with transaction.atomic():
        if not _taken(action, payload, failed=status in FAILED):
            _keep_late(action, payload, status)
            return Receipt(_status(action), ignored=True)
    return Receipt(_status(action))


def report(action: Action, message: str, level: str) -> Receipt:
    """A log line, which is a sign of life too."""
    if level.lower() not in LEVELS:
        raise ValidationError({"level": "Use debug, info, warning or error."})
    fresh = Action.objects.only("status", "finished_at").get(pk=action.pk)
    over = fresh.finished_at and fresh.finished_at < timezone.now() - LATE_LINES
    if over or action.logs.count() >= ledger.MOST_LINES:
        return Receipt(fresh.status, ignored=True)
    text = _clean(message)
    with transaction.atomic():
        if text:
            late = "(late) " if fresh.is_final else ""
            ledger.log(action.pk, late + text, LEVELS[level.lower()], ActionLog.Source.SERVICE)
        ledger.sign_of_life(action, seconds=silence_limit(action))
    return Receipt(fresh.status)


def note(action: Action, message: str, level: str) -> Receipt:
    """A log line of a person's program, at any time."""
    if level.lower() not in LEVELS:
        raise ValidationError({"level": "Use debug, info, warning or error."})
    full = action.logs.count() >= ledger.MOST_LINES
    if text := "" if full else _clean(message):
        ledger.log(action.pk, text, LEVELS[level.lower()], ActionLog.Source.SERVICE)
    return Receipt(_status(action), ignored=full)


def _taken(action: Action, payload: Mapping[str, Any], *, failed: bool) -> bool:
    if failed:
        said = payload.get("error") or _error_in(payload.get("response")) or payload.get("message")
        return ledger.finish(
            action.pk,
            ledger.stoppable(action),
            faults.reported(said),
            response=payload.get("response"),
            answered_at=timezone.now(),
        )
    stored = ledger.store_callback(action, payload.get("response"))
    if stored:
        transaction.on_commit(lambda: tasks.deliver(action.pk))
    return stored


def _keep_late(action: Action, payload: Mapping[str, Any], status: str) -> None:
    """The first result that differs from the one that counts stays at hand."""
    row = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    response = payload.get("response")
    if row.is_final and row.late_response is None and response != row.response:
        row.late_response = {
            "status": status,
            "response": response,
            "received_at": timezone.now().isoformat(),
        }
        row.save(update_fields=["late_response"])
        ledger.log(row.pk, "The service called back after the end; its result is kept aside")
    elif not row.logs.filter(message=REPEATED).exists():
        ledger.log(row.pk, REPEATED)


def _error_in(response: Any) -> Any:
    return response.get("error") if isinstance(response, Mapping) else None


def _status(action: Action) -> str:
    return Action.objects.values_list("status", flat=True).get(pk=action.pk)


def _clean(message: str) -> str:
    return message.replace("\0", "\ufffd").strip()[: ledger.LONGEST_LINE]
