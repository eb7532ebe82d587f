"""How long the last runs of a route took, whoever made them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ouro_web.actions.models import Action, Status
from ouro_web.services.models import ExecutionMode, Route

RECENT = 200
ENOUGH = 5  # runs that show whether a service answers directly or calls back


@dataclass(frozen=True, slots=True)
class Milliseconds:
    average: int | None = None
    median: int | None = None
    nearly_all: int | None = None  # 95 %


@dataclass(frozen=True, slots=True)
class Speed:
    """`mode` is what was observed, sync or async; None until there are enough runs."""

    acknowledged: Milliseconds
    finished: Milliseconds
    runs: int
    mode: str | None


def of(route: Route) -> Speed:
    rows = list(
        Action.objects.filter(route=route, status=Status.SUCCESS)
        .order_by("-pk")
        .values_list("started_at", "acknowledged_at", "answered_at", "finished_at")[:RECENT]
    )
    called_back = sum(acknowledged is not None for _, acknowledged, _, _ in rows)
    mode = ExecutionMode.ASYNC if 2 * called_back > len(rows) else ExecutionMode.SYNC
    first = [(began, heard or answered) for began, heard, answered, _ in rows]
    return Speed(
        acknowledged=_summary(first),
        finished=_summary([(began, ended) for began, _, _, ended in rows]),
        runs=len(rows),
        mode=str(mode) if len(rows) >= ENOUGH else None,
    )


def _summary(spans: Sequence[tuple[datetime | None, datetime | None]]) -> Milliseconds:
    found = sorted(
        max(0, round((end - start).total_seconds() * 1000)) for start, end in spans if start and end
    )
    if not found:
        return Milliseconds()
    return Milliseconds(
        average=round(sum(found) / len(found)),
        median=found[(len(found) - 1) // 2],
        nearly_all=found[min(len(found) - 1, int(0.95 * len(found)))],
    )
