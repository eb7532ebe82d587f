"""The queue's doorway. A delivery may come twice, late, or for a draft that is gone."""

from uuid import UUID

from django.tasks import task

from ouro_web.services import reading


@task()
def read_draft(draft_id: str) -> None:
    reading.begin(UUID(draft_id))
