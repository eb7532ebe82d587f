"""What other processes of this machine tell those who are connected to this one."""

import asyncio
import json
import logging
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from ouro_web.lib import doorbell
from ouro_web.notifications import live

logger = logging.getLogger(__name__)

LARGEST = 1 << 18


def listen(server: Any) -> None:
    """From now on, on the running loop; the socket lasts as long as the process."""
    folder = live.folder()
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.sock"):
        if not _is_alive(left):
            left.unlink(missing_ok=True)  # of a process that was killed
    bell = doorbell.bound(folder / f"{os.getpid()}.sock")
    if bell is not None:
        bell.setblocking(False)
        asyncio.get_running_loop().add_reader(bell, _take, bell, server)


def _is_alive(at: Path) -> bool:
    try:
        os.kill(int(at.stem), 0)
    except PermissionError:
        return True
    except (ValueError, OSError):
        return False
    return True


def forget() -> None:
    """When the process ends."""
    Path(live.folder() / f"{os.getpid()}.sock").unlink(missing_ok=True)


def before_the_end(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """When the server is told to stop. It waits for requests in progress, and those of programs
    that poll would last until it gives up."""
    loop = asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        usual = signal.getsignal(number)

        def told(number: int, frame: Any, usual: Any = usual) -> None:
            loop.call_soon_threadsafe(lambda: _keep(asyncio.ensure_future(work())))
            if callable(usual):
                usual(number, frame)

        signal.signal(number, told)


_told: set[asyncio.Future[None]] = set()  # or they would be collected while they run


def _take(bell: Any, server: Any) -> None:
    try:
        told = json.loads(bell.recv(LARGEST))
        emitted = server.emit(
            told["event"], told["data"], to=told["rooms"], skip_sid=told["but"] or None
        )
    except (OSError, ValueError, KeyError):
        logger.exception("What was told could not be read")
        return
    _keep(asyncio.ensure_future(emitted))


def _keep(task: asyncio.Future[None]) -> None:
    _told.add(task)
    task.add_done_callback(_told.discard)
