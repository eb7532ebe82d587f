"""The short way from one process to another of the same machine: a datagram to a socket in the data
folder. It is quicker and far cheaper than a queue that is a file, and keeps nothing: whoever rings
goes another way when nobody takes it, and what is taken must be found elsewhere too if it is lost.
"""

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

logger = logging.getLogger(__name__)

LONGEST = 1024


def ring(at: Path, message: bytes) -> bool:
    """False when nobody listens there, or too much waits to be taken in already."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell, suppress(OSError):
        bell.setblocking(False)
        bell.sendto(message, str(at))
        return True
    return False


def answer(at: Path, take: Callable[[bytes], object]) -> Callable[[], None]:
    """Take all that comes there from now on, in a thread of its own; whoever listened before hears
    no more. While `take` waits, callers soon find no room. Calling what it gives ends it for those
    who come later."""
    bell = bound(at)
    if bell is None:
        return lambda: None
    mine = at.stat().st_ino
    threading.Thread(target=_listen, args=(bell, take), name="doorbell", daemon=True).start()
    return lambda: _take_down(at, mine)


def bound(at: Path) -> socket.socket | None:
    """The socket that takes what comes there; None, with a warning, where there can be none."""
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        at.unlink(missing_ok=True)
        bell.bind(str(at))
    except OSError as error:  # most likely a path of more than about a hundred characters
        logger.warning("Nobody can ring at %s (%s); what comes goes another way", at, error)
        bell.close()
        return None
    return bell


def _listen(bell: socket.socket, take: Callable[[bytes], object]) -> None:
    while True:
        message = bell.recv(LONGEST)
        try:
            take(message)
        except Exception:
            logger.exception("What came by the doorbell could not be taken; it is found elsewhere")


def _take_down(at: Path, mine: int) -> None:
    """Unless another process listens there by now."""
    with suppress(OSError):
        if at.stat().st_ino == mine:
            at.unlink()
