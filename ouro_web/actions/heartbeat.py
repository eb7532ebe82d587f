"""Is there a worker? Each writes the time every few seconds, whether it has work or not."""

from datetime import timedelta

from django.db.models import Max
from django.utils import timezone

from ouro_web.actions.models import WorkerBeat

SILENT_AFTER = 60  # seconds
FORGOTTEN_AFTER = timedelta(days=1)


def beat(owner: str) -> None:
    now = timezone.now()
    WorkerBeat.objects.update_or_create(owner=owner, defaults={"beat_at": now})


def end(owner: str) -> None:
    """A worker that stops in order leaves nothing behind, nor do those of days ago."""
    WorkerBeat.objects.filter(owner=owner).delete()
    WorkerBeat.objects.filter(beat_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()


def seconds_since_last() -> float | None:
    """None when no worker has ever run."""
    last = WorkerBeat.objects.aggregate(last=Max("beat_at"))["last"]
    return (timezone.now() - last).total_seconds() if last else None
