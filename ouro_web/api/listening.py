"""What other processes of this machine tell those who are connected to this one."""

import asyncio
import json
import logging
import os
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


_told: set[asyncio.Task[None]] = set()  # or they would be collected while they run


def _take(bell: Any, server: Any) -> None:
    try:
        told = json.loads(bell.recv(LARGEST))
        emitted = server.emit(
            told["event"], told["data"], to=told["rooms"], skip_sid=told["but"] or None
        )
    except (OSError, ValueError, KeyError):
        logger.exception("What was told could not be read")
        return
    task = asyncio.create_task(emitted)
    _told.add(task)
    task.add_done_callback(_told.discard)
