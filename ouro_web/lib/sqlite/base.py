"""Django's SQLite backend, with writers that are woken when it is their turn.

SQLite has one writer at a time. Whoever finds it busy sleeps for up to 100 ms and looks again, and
while one process has much to write, others wait long for a database that is mostly free. Here a
transaction begins with a lock of the operating system on a file beside the database, which wakes a
waiting thread at once, of whichever process. What writes without it, as a single statement does,
still waits as SQLite has it.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    _turns: int | None = None  # a descriptor; a lock of this kind belongs to it, not to a process

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs lack it
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            if self._turns is not None:
                os.close(self._turns)
                self._turns = None

    def _take_turn(self) -> None:
        if self._turns is None:
            path = f"{self.settings_dict['NAME']}-turns"
            self._turns = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._turns, fcntl.LOCK_EX)

    def _end_turn(self) -> None:
        if self._turns is not None:
            fcntl.flock(self._turns, fcntl.LOCK_UN)
