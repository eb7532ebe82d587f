"""A run drawn to scale in one thin lane, with its moments under it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ouro_web.actions.models import Action, Status
from ouro_web.web.templatetags.ouro import duration

WIDTH = 1000
ACCEPTED = 202  # the result itself came later, by callback
LEAST = 6  # a part that took no time is still to be seen


@dataclass(frozen=True)
class Lane:
    css: str
    x: int
    width: int


@dataclass(frozen=True)
class Mark:
    word: str
    at: datetime
    note: str


@dataclass(frozen=True)
class Timeline:
    lanes: list[Lane]
    marks: list[Mark]


def of(action: Action, outputs: int) -> Timeline:
    moments = _moments(action)
    now = action.finished_at or timezone.now()
    return Timeline(_lanes(action, moments, now), _marks(action, moments, now, outputs))


def _moments(action: Action) -> list[tuple[str, datetime]]:
    """The turns that were reached, in order: queued, sent, answered, finished."""
    answered = action.answered_at
    reached = [("queued", action.created_at)]
    if action.sent_at:
        reached.append(("sent", action.sent_at))
    if action.acknowledged_at and action.acknowledged_at != answered:
        reached.append(("acknowledged", action.acknowledged_at))
    if answered:
        reached.append(("answered", answered))
    if action.finished_at:
        reached.append(("finished", action.finished_at))
    return reached


HUES = {"queued": "bg-queued", "sent": "bg-progress", "acknowledged": "bg-progress"}


def _lanes(action: Action, moments: list[tuple[str, datetime]], now: datetime) -> list[Lane]:
    """One rectangle between each turn and the next, their widths in proportion to time."""
    turns = [moment for moment in moments if moment[0] != "finished"]
    ends = [at for _, at in turns[1:]] + [now]
    spans = [max(0.0, (end - at).total_seconds()) for (_, at), end in zip(turns, ends, strict=True)]
    whole = sum(spans) or 1.0
    room = WIDTH - LEAST * len(spans)
    lanes, x = [], 0
    for (word, _), span in zip(turns, spans, strict=True):
        width = LEAST + round(room * span / whole)
        lanes.append(Lane(_hue(action, word), x, max(1, width - 2)))
        x += width
    return lanes


def _hue(action: Action, word: str) -> str:
    ended = {Status.ERROR: "bg-error", Status.TIMED_OUT: "bg-timeout"}.get(Status(action.status))
    if word == "queued":
        return "bg-queued"
    if ended and not (word != "answered" and action.answered_at):
        return ended
    return HUES.get(word, "bg-success" if action.status == Status.SUCCESS else "bg-progress")


def _marks(
    action: Action, moments: list[tuple[str, datetime]], now: datetime, outputs: int
) -> list[Mark]:
    ends = [at for _, at in moments[1:]] + [now]
    return [
        Mark(
            _word(action, word, outputs),
            at,
            _note(action, word, (end - at).total_seconds(), outputs),
        )
        for (word, at), end in zip(moments, ends, strict=True)
    ]


def _word(action: Action, word: str, outputs: int) -> str:
    return {
        "queued": "Queued",
        "sent": "Sent to the service",
        "acknowledged": f"Accepted {ACCEPTED}",
        "answered": _answered(action.response_status),
        "finished": _finished(action, outputs),
    }[word]


def _answered(status: int | None) -> str:
    """A result without a status of its own came by callback; it may be there before the 202."""
    return "Called back" if status in (None, ACCEPTED) else f"Answered {status}"


def _finished(action: Action, outputs: int) -> str:
    if action.status != Status.SUCCESS:
        return action.get_status_display()
    return "Saved" if outputs else "Finished"


def _note(action: Action, word: str, seconds: float, outputs: int) -> str:
    took = duration(max(0.0, seconds))
    if word == "finished":
        return f"{outputs} output{'' if outputs == 1 else 's'} saved" if outputs else ""
    verb = {
        "queued": "waited",
        "sent": "worked",
        "acknowledged": "worked",
        "answered": "saving took",
    }
    return f"{verb[word]} {took}"
