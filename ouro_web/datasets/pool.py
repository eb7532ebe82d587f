"""A few worker processes for reading datasets, each killed and replaced when a query runs too long.

Plain subprocesses with a socket pair: nothing is inherited but that socket, neither environment
nor memory, and SIGKILL is always enough to be rid of one.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from ouro_web.datasets.refusals import QueryRefusedError

PROJECT = Path(__file__).resolve().parents[2]
SIZE = 2
QUERY_SECONDS = 10
WAIT_SECONDS = 15
IMPORT_SECONDS = 900
SNIFF_SECONDS = 60
LARGEST_ANSWER = 64 << 20

Answer = dict[str, Any]
Hear = Callable[[float], None]  # how far the work is, in percent


class GoneError(Exception):
    """The worker ended before it answered."""


class LateError(Exception):
    """The worker did not answer in time."""


class Worker:
    def __init__(self, work: str) -> None:
        self.connection, theirs = Pipe()
        self.path = ""
        self.is_spent = False  # out of memory once: what it still holds is not known
        self.process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "ouro_web.datasets.worker", str(theirs.fileno()), work],
            cwd=PROJECT,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        theirs.close()

    def ask(self, request: dict[str, Any], seconds: float, hear: Hear | None = None) -> Answer:
        self.path = str(request.get("path", ""))
        until = time.monotonic() + seconds
        try:
            self.connection.send_bytes(json.dumps({**request, "seconds": seconds}).encode())
            while "percent" in (answer := self._answer(until)):
                if hear:
                    hear(max(0.0, answer["percent"]))  # the engine says -1 before it knows
        except (OSError, EOFError) as error:
            raise GoneError from error
        self.is_spent = answer.get("error", {}).get("kind") == "Out of Memory"
        return answer

    def _answer(self, until: float) -> Answer:
        if not self.connection.poll(max(0.0, until - time.monotonic())):
            raise LateError
        answer: Answer = json.loads(self.connection.recv_bytes(LARGEST_ANSWER))
        return answer

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.connection.close()

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None


class Pool:
    """Lends workers one question at a time; starts them only when they are needed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.idle: list[Worker] = []
        self.lent = 0
        self.changed = threading.Condition()

    def ask(self, request: dict[str, Any], seconds: float) -> Answer:
        """The answer; asked again of a new worker when the first had just left for idleness."""
        try:
            with self.worker(request["path"]) as worker:
                return worker.ask(request, seconds)
        except GoneError:
            if worker.process.returncode != 0:
                raise
        with self.worker(request["path"]) as worker:
            return worker.ask(request, seconds)

    @contextmanager
    def worker(self, path: str) -> Iterator[Worker]:
        worker = self._take(path)
        healthy = False
        try:
            yield worker
            healthy = not worker.is_spent
        finally:
            if not healthy:
                worker.kill()
            with self.changed:
                self.lent -= 1
                if healthy:
                    self.idle.append(worker)
                self.changed.notify()

    def _take(self, path: str) -> Worker:
        with self.changed:
            if not self.changed.wait_for(lambda: self.lent < self.size, WAIT_SECONDS):
                raise QueryRefusedError("Many queries are running just now. Try again in a moment.")
            self.lent += 1
            worker = self._idle_worker(path)
        try:
            return worker or Worker("read")
        except OSError:
            with self.changed:
                self.lent -= 1
            raise

    def _idle_worker(self, path: str) -> Worker | None:
        """An idle one, best one that has this table open; those that left are swept out."""
        for worker in [each for each in self.idle if not each.is_alive]:
            self.idle.remove(worker)
            worker.kill()
        if not self.idle:
            return None
        fitting = [worker for worker in self.idle if worker.path == path]
        chosen = fitting[0] if fitting else self.idle[0]
        self.idle.remove(chosen)
        return chosen

    def close(self) -> None:
        """End the idle ones; those that work end when their question is answered."""
        with self.changed:
            while self.idle:
                self.idle.pop().kill()


readers = Pool(SIZE)
atexit.register(readers.close)


def read(request: dict[str, Any]) -> Answer:
    """The worker's answer; raises QueryRefusedError in words when there is none."""
    try:
        return readers.ask({"do": "select", **request}, QUERY_SECONDS)
    except LateError:
        raise QueryRefusedError(f"The query took longer than {QUERY_SECONDS} seconds.") from None
    except GoneError:
        raise QueryRefusedError("The query needed more memory than there is for it.") from None


def write(request: dict[str, Any], *, hear: Hear | None = None) -> Answer:
    """One sniffing, import, rewriting or snapshot in a process of its own, which ends with it."""
    do = request.get("do", "import")
    seconds = {"sniff": SNIFF_SECONDS, "snapshot": QUERY_SECONDS}.get(do, IMPORT_SECONDS)
    worker = Worker("snapshot" if do == "snapshot" else "import")
    try:
        return worker.ask({"do": do, **request}, seconds, hear)
    except LateError:
        says = "The query" if do == "snapshot" else "Reading the table"
        raise QueryRefusedError(f"{says} took longer than {seconds} seconds.") from None
    except GoneError:
        raise QueryRefusedError("Reading the table needed too much memory.") from None
    finally:
        worker.kill()
