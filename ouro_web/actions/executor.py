"""One asyncio loop per process that carries all its runs.

The queue's threads only hand over ids, so a few of them feed hundreds of calls in flight. When the
process is full, `submit` makes them wait: what waits stays in the durable queue.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from ouro_web.actions import engine, heartbeat, ledger, sweep, waiting, writer
from ouro_web.lib import guard, machine
from ouro_web.lib.upstream import Client

logger = logging.getLogger(__name__)

BEAT = 10
SWEEP = 10
STALLED = 20
WORK_THREADS = 4
LAST_CALLS = 5  # seconds for calls whose callers have been given their answers
_making = threading.Lock()


class Executor:
    """Runs engine.execute for the ids it is given, until it is drained.

    One that `sweeps` is a worker: it also looks for what others left behind.
    """

    def __init__(self, *, sweeps: bool = True) -> None:
        self.owner = machine.process_name()
        self._sweeps = sweeps
        self._loop = asyncio.new_event_loop()
        self._places = threading.BoundedSemaphore(settings.MAX_CALLS_IN_FLIGHT)
        self._ledger = writer.Writer()
        # Services that had no room for a run: whoever ends there makes room for the next.
        self._crowded: set[UUID] = set()
        # What the sweep found and there was no place for yet.
        self._backlog: deque[UUID] = deque()
        self._work = ThreadPoolExecutor(WORK_THREADS, thread_name_prefix="work")
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._executed: dict[UUID, asyncio.Event] = {}
        self._watch = waiting.Watch(partial(self._ledger, waiting.settled))
        self._ticked = time.monotonic()
        self._draining = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run_loop, name="runs", daemon=True)
        self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._broom = threading.Thread(target=self._sweep, name="sweep", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._heart.start()
        if self._sweeps:
            self._broom.start()

    @property
    def in_flight(self) -> int:
        return len(self._running)

    def submit(self, action_id: UUID) -> bool:
        """Hand over a run; waits for a place while the process is full. One that comes while this
        process is about to end is refused; it stays in the ledger, where the next sweep finds it.
        """
        self._places.acquire()
        if self._draining.is_set():
            return False
        self._loop.call_soon_threadsafe(self._begin, action_id)
        return True

    @property
    def is_full(self) -> bool:
        """Nothing more should begin here. A guess: a few may find room at the same moment."""
        return self._draining.is_set() or len(self._running) >= settings.MAX_CALLS_IN_FLIGHT

    def carry_out(self, action_id: UUID, begun: engine.Begun | ledger.Full | None) -> None:
        """Go on with a run that was begun in the name of this process."""
        self._loop.call_soon_threadsafe(self._begin, action_id, begun, self._has_place())

    def until_settled(self, action_id: UUID) -> Future[None]:
        """Done as soon as the run is settled, here or elsewhere. Giving up the future stops the
        waiting and not the run."""
        return asyncio.run_coroutine_threadsafe(self._settled(action_id), self._loop)

    def drain(self, seconds: float) -> None:
        """Let what is running end, within this time; then give the rest back to the ledger."""
        self._draining.set()
        until = time.monotonic() + seconds
        while self._running and time.monotonic() < until:
            time.sleep(0.05)
        self._stopping.set()
        asyncio.run_coroutine_threadsafe(self._abandon(), self._loop).result(timeout=10)
        heartbeat.end(self.owner)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._ledger.close()

    def leave(self) -> None:
        """Look after nothing more."""
        self._stopping.set()

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.call_soon(self._tick)
        policy = guard.Policy.allowing(settings.ALLOWED_PRIVATE_HOSTS)
        self._workplace = engine.Workplace(
            owner=self.owner,
            client=Client(policy),
            in_ledger=self._ledger,
            in_thread=self._in_thread,
        )
        self._loop.run_forever()
        self._loop.run_until_complete(self._workplace.client.aclose())
        self._loop.close()

    def _tick(self) -> None:
        self._ticked = time.monotonic()
        self._loop.call_later(1, self._tick)

    def _begin(
        self,
        action_id: UUID,
        begun: engine.Begun | ledger.Full | None = None,
        has_place: bool = True,
    ) -> None:
        if action_id in self._running:
            self._leave(has_place)
            return
        task = self._loop.create_task(self._execute(action_id, begun))
        self._running[action_id] = task
        self._executed[action_id] = asyncio.Event()
        task.add_done_callback(partial(self._ended, action_id, has_place))

    def _leave(self, has_place: bool) -> None:
        if has_place:
            self._places.release()

    async def _settled(self, action_id: UUID) -> None:
        if (executed := self._executed.get(action_id)) is not None:
            await executed.wait()
        if not await self._ledger(waiting.settled, [action_id]):
            await self._watch.until_settled(action_id)

    async def _execute(self, action_id: UUID, begun: engine.Begun | ledger.Full | None) -> None:
        try:
            service_id = await engine.execute(action_id, self._workplace, begun)
        except ledger.NoRoomError as full:
            self._crowded.add(full.service_id)
        else:
            await self._follow(service_id)
        finally:
            self._executed[action_id].set()

    async def _follow(self, service_id: UUID | None) -> None:
        """After a run ended: begin the oldest one that waits for a place at its service."""
        if service_id not in self._crowded:
            return
        follower = await self._ledger(ledger.next_queued, service_id)
        if follower is None:
            self._crowded.discard(service_id)
        elif self._has_place():
            self._begin(follower)

    def _ended(self, action_id: UUID, has_place: bool, task: asyncio.Task[None]) -> None:
        self._running.pop(action_id, None)
        self._executed.pop(action_id).set()
        self._leave(has_place)
        self._fill()
        if not task.cancelled() and task.exception():
            # The row is as it was; the sweep finds it.
            logger.error("Run %s was dropped", action_id, exc_info=task.exception())

    async def _in_thread(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        work = partial(_fresh, function, *args, **kwargs)
        return await self._loop.run_in_executor(self._work, work)

    async def _abandon(self) -> None:
        for task in list(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self._ledger(sweep.release, self.owner)
        await self._ledger(sweep.take_back)

    def _beat(self) -> None:
        """Extend this process's leases while the loop ticks; a loop that hangs loses them."""
        self._safely(self._extend_leases)
        while not self._stopping.wait(BEAT):
            if time.monotonic() - self._ticked > STALLED:
                logger.error("The loop of the runs has hung for %s seconds", STALLED)
            else:
                self._safely(self._extend_leases)
        connection.close()

    def _extend_leases(self) -> None:
        if self._sweeps:
            heartbeat.beat(self.owner)
        ledger.beat(self.owner)
        for action_id in ledger.lost(self.owner, list(self._running)):
            self._loop.call_soon_threadsafe(self._stop, action_id)

    def _stop(self, action_id: UUID) -> None:
        """Abort the call of a run that was cancelled or timed out elsewhere."""
        if task := self._running.get(action_id):
            task.cancel()

    def _sweep(self) -> None:
        self._safely(sweep.release_dead)
        while not self._draining.is_set():
            self._safely(self._sweep_once)
            self._draining.wait(SWEEP)

    def _sweep_once(self) -> None:
        self._loop.call_soon_threadsafe(self._take_up, sweep.sweep())

    def _take_up(self, found: list[UUID]) -> None:
        self._backlog = deque(found)
        self._fill()

    def _fill(self) -> None:
        while self._backlog and self._has_place():
            self._begin(self._backlog.popleft())

    def _has_place(self) -> bool:
        return not self._draining.is_set() and self._places.acquire(blocking=False)

    def _safely(self, function: Callable[[], None]) -> None:
        """A database that is away for a moment must not end the watch over the runs."""
        try:
            _fresh(function)
        except DatabaseError:
            logger.exception("Looking after the runs failed; it is tried again")


@lru_cache(maxsize=1)
def get() -> Executor:
    """The executor of this process, started when it is first needed."""
    executor = Executor()
    executor.start()
    return executor


def beside_pages() -> Executor:
    """The one of a process that serves pages: for callers who wait for their answer, no more.
    Many threads may ask for it first; a second one would never be drained."""
    with _making:
        return _beside_pages()


@lru_cache(maxsize=1)
def _beside_pages() -> Executor:
    executor = Executor(sweeps=False)
    executor.start()
    return executor


def drain_beside_pages() -> None:
    """When the server has stopped: what this process still carries out ends soon, or is given back
    to the ledger. Nothing where nobody has waited for a run."""
    if _beside_pages.cache_info().currsize:
        beside_pages().drain(LAST_CALLS)
        _beside_pages.cache_clear()


def forget_beside_pages() -> None:
    """Its watch over the database ends, and the next caller gets another one; for tests, whose
    database is gone before anything could be given back."""
    if _beside_pages.cache_info().currsize:
        beside_pages().leave()
        _beside_pages.cache_clear()


def _fresh(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call with a usable database connection: one the server has closed is made anew. SQLite's
    never goes bad, and opening it costs as much as a write."""
    if connection.vendor != "sqlite":
        close_old_connections()
    return function(*args, **kwargs)
