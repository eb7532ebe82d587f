"""The queue's doorway. A delivery may come twice, late, or for a row that is gone."""

import threading
from uuid import UUID

from django.db import connections
from django.tasks import task

from ouro_web.datasets import imports

# One import at a time in a process; the others wait in threads of their own, so that the queue's
# few threads are free for runs.
_turn = threading.Lock()


@task()
def import_draft(draft_id: str) -> None:
    threading.Thread(target=_import, args=[UUID(draft_id)], daemon=True).start()


def _import(pk: UUID) -> None:
    try:
        with _turn:
            imports.carry_out(pk)
    finally:
        connections.close_all()
