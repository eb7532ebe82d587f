"""Waiting for runs without holding a thread: one look at the table for everybody who waits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from uuid import UUID

from django.db import DatabaseError
from django.db.models import Q

from ouro_web.actions.models import FINAL, Action, Phase

logger = logging.getLogger(__name__)

SHORTEST, LONGEST = 0.02, 0.25  # seconds between two looks
AT_ONCE = 500

Look = Callable[[list[UUID]], Awaitable[set[UUID]]]


def settled(ids: Collection[UUID]) -> set[UUID]:
    """Those of these runs that nobody should wait for on an open connection: they have ended, are
    gone, or their service will call back."""
    over = Q(status__in=FINAL) | Q(phase=Phase.AWAITING)
    going_on = Action.objects.filter(pk__in=ids).exclude(over).values_list("pk", flat=True)
    return set(ids) - set(going_on)


class Watch:
    """Belongs to one loop. `look` asks the database, off the loop."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._waiting: dict[UUID, list[asyncio.Future[None]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._pause = SHORTEST

    async def until_settled(self, action_id: UUID) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(action_id, []).append(future)
        self._pause = SHORTEST
        if self._task is None:
            self._task = asyncio.create_task(self._keep_looking())
        try:
            await future
        finally:
            self._forget(action_id, future)

    def _forget(self, action_id: UUID, future: asyncio.Future[None]) -> None:
        others = [one for one in self._waiting.pop(action_id, []) if one is not future]
        if others:
            self._waiting[action_id] = others

    async def _keep_looking(self) -> None:
        while self._waiting:
            await self._look_once()
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 1.3, LONGEST)
        self._task = None

    async def _look_once(self) -> None:
        ids = list(self._waiting)
        try:
            for start in range(0, len(ids), AT_ONCE):
                for action_id in await self._look(ids[start : start + AT_ONCE]):
                    self._tell(action_id)
        except DatabaseError:
            logger.exception("Looking for runs that have ended failed; it is tried again")

    def _tell(self, action_id: UUID) -> None:
        for future in self._waiting.pop(action_id, []):
            if not future.done():
                future.set_result(None)
