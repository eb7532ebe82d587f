"""What the worker does now and then besides its runs: forget uploads that nobody made a file of,
tables that no version names, and pieces that killed processes left."""

import logging
import threading

from django.db import DatabaseError, close_old_connections

from ouro_web.assets import leftovers
from ouro_web.datasets import ordering, versions
from ouro_web.files import uploads

logger = logging.getLogger(__name__)

SECONDS = 3600


def start(stop: threading.Event) -> threading.Thread:
    """Once at the start, then every hour until `stop`."""
    thread = threading.Thread(target=_repeat, args=(stop,), name="tidying", daemon=True)
    thread.start()
    return thread


def _repeat(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            once()
        except (DatabaseError, OSError):
            logger.exception("Tidying up failed; it is tried again in an hour")
        close_old_connections()
        stop.wait(SECONDS)


def once() -> None:
    uploads.forget_old()
    ordering.forget_unused()
    versions.forget_retired()
    if count := leftovers.sweep():
        logger.info("Deleted %s pieces that were left behind", count)
