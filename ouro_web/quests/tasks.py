"""The doorway of the worker: a run that some entry waits for has ended."""

from uuid import UUID

from django.tasks import task

from ouro_web.quests import evaluating

FOLLOWER = evaluating.FOLLOWER


@task()
def settle(action_id: str) -> None:
    evaluating.settle(UUID(action_id))


def told(action_id: UUID) -> None:
    settle.enqueue(str(action_id))
