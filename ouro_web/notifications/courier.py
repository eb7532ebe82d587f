"""The thread of the worker that carries things out of the house: mail, and calls of webhooks."""

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections, connection

from ouro_web.notifications import mailing, sending, tasks

logger = logging.getLogger(__name__)

LOOK = 10  # seconds between two looks at what is due
REST = 60  # seconds after a mail server took nothing
DAY = 24 * 3600


class Courier:
    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._mail_from = self._tidy_from = 0.0  # not before these moments
        self._thread = threading.Thread(target=self._carry, name="courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """What is out now may come to its end."""
        self._stopping.set()
        tasks.wanted.set()
        self._thread.join(seconds)

    def _carry(self) -> None:
        while not self._stopping.is_set():
            tasks.wanted.clear()
            for work in (self._webhooks, self._mail, self._tidy):
                self._safely(work)
            tasks.wanted.wait(LOOK)
        connection.close()

    def _webhooks(self) -> None:
        while not self._stopping.is_set() and sending.send_due():
            pass

    def _mail(self) -> None:
        if time.monotonic() < self._mail_from:
            return
        try:
            mailing.send_due()
        except mailing.MailError as error:
            self._mail_from = time.monotonic() + REST
            logger.error("The mail server took nothing (%s); it is tried again", error)

    def _tidy(self) -> None:
        if time.monotonic() >= self._tidy_from:
            self._tidy_from = time.monotonic() + DAY
            sending.forget_old()

    def _safely(self, work: Callable[[], None]) -> None:
        try:
            close_old_connections()
            work()
        except DatabaseError:
            logger.exception("Looking for what has to go out failed; it is tried again")
