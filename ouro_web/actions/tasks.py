"""The doorways of the worker. A delivery may come twice, late, or for a row that is gone."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.tasks import task

from ouro_web.actions import executor
from ouro_web.lib import doorbell


@task()
def run_action(action_id: str) -> None:
    executor.get().submit(UUID(action_id))


def deliver(action_id: UUID) -> None:
    """To be called when the row is committed: straight to the worker on this machine, if there is
    one with a free hand; else into the queue."""
    bell = settings.DOORBELL
    if bell is None or not doorbell.ring(bell, action_id.bytes):
        run_action.enqueue(str(action_id))


def answer_the_door() -> Callable[[], None]:
    """In the worker: take what `deliver` brings, until what it gives is called."""
    if settings.DOORBELL is None:
        return lambda: None
    return doorbell.answer(settings.DOORBELL, lambda said: _take(UUID(bytes=said)))


def _take(action_id: UUID) -> None:
    if not executor.get().submit(action_id):
        run_action.enqueue(str(action_id))  # for the worker that comes after this one
