"""Telling programs that are connected now. Nothing is kept: what is told here is on record, too,
and who was away finds it there.

Each web process somebody is connected to has a socket in the data folder, which takes datagrams; an
empty folder costs one look. Where the queue is Redis, the processes hear one another through it.
"""

import json
import logging
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ouro_web.lib import doorbell

logger = logging.getLogger(__name__)

FOLDER = "live"
CHANNEL = "ouro-live"
LARGEST = 150_000  # bytes; a socket takes somewhat more


def room_of(person: UUID) -> str:
    """Where all connections of a person are."""
    return f"user:{person}"


def room_in(conversation: UUID, person: UUID) -> str:
    """Those of her connections that follow a conversation. One room a person: who leaves is then
    simply not told any more."""
    return f"talk:{conversation}:{person}"


def tell(rooms: Iterable[str], event: str, data: dict[str, Any]) -> None:
    """When the transaction is committed, and never an error: it is on record."""
    wanted = list(rooms)
    if wanted:
        transaction.on_commit(partial(send, wanted, event, data), robust=True)


def send(rooms: list[str], event: str, data: dict[str, Any], but: str = "") -> None:
    """At once. `but` is a connection that is left out."""
    if uses_redis():
        _redis().emit(event, _plain(data), room=rooms, skip_sid=but or None)
        return
    sockets = [*folder().glob("*.sock")] if folder().is_dir() else []
    if not sockets:
        return
    message = json.dumps({"rooms": rooms, "event": event, "data": data, "but": but}, default=str)
    if len(message) > LARGEST:
        logger.warning("%s is too large to be told to those connected", event)
        return
    for at in sockets:
        doorbell.ring(at, message.encode())


def folder() -> Path:
    return Path(settings.DATA_DIR) / FOLDER


def uses_redis() -> bool:
    return str(settings.TASKS_URL).startswith(("redis://", "rediss://"))


@cache
def _redis() -> Any:
    """The library is not light, and only sites with Redis need it here."""
    import socketio

    return socketio.RedisManager(settings.TASKS_URL, channel=CHANNEL, write_only=True)


def _plain(data: dict[str, Any]) -> Any:
    return json.loads(json.dumps(data, default=str))
