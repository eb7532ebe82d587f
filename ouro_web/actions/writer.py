"""Writing the ledger from one loop: short changes, as many as are waiting, in one commit.

With synchronous=FULL a commit waits for the disk, and SQLite has one writer at a time. A thousand
runs at once would wait for thousands of commits; together they wait for a few dozen.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, NamedTuple

from django.db import close_old_connections, connection, transaction

AT_ONCE = 50


class _Change(NamedTuple):
    function: Callable[[], Any]
    result: "Future[Any]"


class Writer:
    """Threads that carry out plain functions; awaiting the call gives the result, committed."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[_Change | None] = queue.SimpleQueue()
        # PostgreSQL joins commits by itself, and longer transactions would wait for one another.
        together = connection.vendor == "sqlite"
        self._at_once = AT_ONCE if together else 1
        self._threads = [
            threading.Thread(target=self._write, name=f"ledger-{number}", daemon=True)
            for number in range(1 if together else 4)
        ]
        for thread in self._threads:
            thread.start()

    async def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        change = _Change(partial(function, *args, **kwargs), Future())
        self._waiting.put(change)
        return await asyncio.wrap_future(change.result)

    def close(self) -> None:
        """When all that waits is written, the threads end, and their connections with them."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(10)

    def _write(self) -> None:
        while changes := self._next():
            if connection.vendor != "sqlite":
                close_old_connections()
            for change, error, value in _carried_out(changes):
                _answer(change.result, error, value)
        connection.close()

    def _next(self) -> list[_Change]:
        """As many as wait, at least one; none at the end."""
        first = self._waiting.get()
        changes = [first] if first else []
        while first and len(changes) < self._at_once:
            try:
                change = self._waiting.get_nowait()
            except queue.Empty:
                break
            if change is None:
                self._waiting.put(None)
                break
            changes.append(change)
        return changes


type _Done = tuple[_Change, Exception | None, Any]


def _carried_out(changes: list[_Change]) -> list[_Done]:
    """All in one transaction. When one of them fails, all is taken back and each gets its own."""
    try:
        with transaction.atomic():
            return [(change, None, change.function()) for change in changes]
    except Exception as error:  # noqa: BLE001 - handed to the one who waits for it
        if len(changes) == 1:
            return [(changes[0], error, None)]
        return [done for change in changes for done in _carried_out([change])]


def _answer(result: "Future[Any]", error: Exception | None, value: Any) -> None:
    if not result.set_running_or_notify_cancel():
        return
    if error:
        result.set_exception(error)
    else:
        result.set_result(value)
