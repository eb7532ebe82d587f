"""Socket.IO: what happens is told to programs that are connected, and what they are doing to the
others in a conversation.

A connection is good for as long as its token or key is. Who may hear is asked when something is
said, not when she came: rooms are per person, and only members' rooms are addressed.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID

import socketio
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from ouro_web.accounts import keys, tokens
from ouro_web.accounts.models import ApiKey
from ouro_web.api import listening
from ouro_web.api.caller import key_of
from ouro_web.api.limits import request_with
from ouro_web.conversations.members import writers_of
from ouro_web.lib.limits import TooManyError
from ouro_web.notifications import live

logger = logging.getLogger(__name__)

LARGEST = 100_000  # bytes of one message
MOST_CONNECTIONS = 50  # of one person
LOOK = 5  # seconds between two looks at who may stay
TRUSTED = 5  # seconds for which what was found is not asked again
RELAYED = ("activity", "llm-response", "llm-response-end")


@dataclass
class Visitor:
    key: ApiKey
    until: float  # when her token ends
    seen: float  # when her key was found good last

    @property
    def pk(self) -> UUID:
        return self.key.user_id


class Door:
    """One to a process, on the server's loop."""

    def __init__(self) -> None:
        manager = None
        if live.uses_redis():
            manager = socketio.AsyncRedisManager(settings.TASKS_URL, channel=live.CHANNEL)
        self.server = socketio.AsyncServer(
            async_mode="asgi",
            client_manager=manager,
            cors_allowed_origins=[settings.PUBLIC_URL],
            max_http_buffer_size=LARGEST,
            namespaces=["/"],
        )
        self.handle = socketio.ASGIApp(self.server)
        self.visitors: dict[str, Visitor] = {}
        self._members: dict[UUID, tuple[float, set[UUID]]] = {}
        self._work = ThreadPoolExecutor(1, thread_name_prefix="sockets")
        self._watch: asyncio.Task[None] | None = None
        self.server.on("connect", self.came)
        self.server.on("disconnect", self.went)
        self.server.on("conversation:join", self.join)
        self.server.on("conversation:leave", self.leave)
        for event in RELAYED:
            self.server.on(event, partial(self.relay, event))
        if not live.uses_redis():
            listening.listen(self.server)
        listening.before_the_end(self.send_all_away)

    async def came(self, sid: str, environ: Any, auth: Any = None) -> None:
        given = auth.get("access_token") if isinstance(auth, dict) else None
        key = await self.in_thread(_key, given)
        if key is None:
            raise socketio.exceptions.ConnectionRefusedError("This access token is not valid.")
        mine = [one for one in self.visitors.values() if one.pk == key.user_id]
        if len(mine) >= MOST_CONNECTIONS:
            raise socketio.exceptions.ConnectionRefusedError("Too many connections of one person.")
        self.visitors[sid] = Visitor(key, tokens.ends_at(str(given)), time.monotonic())
        await self.server.enter_room(sid, live.room_of(key.user_id))
        if self._watch is None:
            self._watch = asyncio.create_task(self.watch())

    async def went(self, sid: str, *_: Any) -> None:
        self.visitors.pop(sid, None)

    async def join(self, sid: str, data: Any = None) -> dict[str, Any]:
        found = await self.allowed(sid, data)
        if isinstance(found, str):
            return {"ok": False, "error": found}
        visitor, conversation, _ = found
        await self.server.enter_room(sid, live.room_in(conversation, visitor.pk))
        return {"ok": True}

    async def leave(self, sid: str, data: Any = None) -> dict[str, Any]:
        found = await self.allowed(sid, data)
        if isinstance(found, str):
            return {"ok": False, "error": found}
        await self.server.leave_room(sid, live.room_in(found[1], found[0].pk))
        return {"ok": True}

    async def relay(self, event: str, sid: str, data: Any = None) -> dict[str, Any]:
        """To the others who follow the conversation, in the name of who really sent it."""
        found = await self.allowed(sid, data)
        if isinstance(found, str):
            return {"ok": False, "error": found}
        visitor, conversation, members = found
        told = {**data, "user_id": str(visitor.pk)}
        if isinstance(inner := told.get("data"), dict) and "user_id" in inner:
            told["data"] = {**inner, "user_id": str(visitor.pk)}
        rooms = [live.room_in(conversation, person) for person in members]
        await self.in_thread(live.send, rooms, event, told, sid)
        return {"ok": True}

    async def allowed(self, sid: str, data: Any) -> tuple[Visitor, UUID, set[UUID]] | str:
        """Who asks, about which conversation, and who is in it; or why not."""
        visitor = self.visitors.get(sid)
        if visitor is None or not await self.is_good(visitor):
            await self.server.disconnect(sid)
            return "This access token is not valid any more."
        try:
            request_with(visitor.key)
            conversation = UUID(str(data["conversation_id"]))
        except TooManyError as refused:
            return " ".join(refused.messages)
        except (KeyError, TypeError, ValueError):
            return "Say which conversation, by its id in conversation_id."
        members = await self.members_of(conversation)
        if visitor.pk not in members:
            return "There is nothing here, or nothing you may see."
        return visitor, conversation, members

    async def members_of(self, conversation: UUID) -> set[UUID]:
        """As they were some seconds ago at most: an agent that thinks aloud says much."""
        now = time.monotonic()
        asked, members = self._members.get(conversation, (0.0, set()))
        if now - asked > TRUSTED or not members:
            members = await self.in_thread(writers_of, conversation)
            self._members = {
                pk: kept for pk, kept in self._members.items() if now - kept[0] < TRUSTED
            } | {conversation: (now, members)}
        return members

    async def is_good(self, visitor: Visitor) -> bool:
        if visitor.until < time.time():
            return False
        if time.monotonic() - visitor.seen > TRUSTED:
            if await self.in_thread(keys.with_id, visitor.key.pk) is None:
                return False
            visitor.seen = time.monotonic()
        return True

    async def watch(self) -> None:
        """Until nobody is there: who has no good token any more has to go."""
        while self.visitors:
            await asyncio.sleep(LOOK)
            try:
                await self.send_away()
            except DatabaseError:
                logger.exception("Who may stay connected is asked again")
        self._watch = None

    async def send_away(self) -> None:
        used = [visitor.key.pk for visitor in self.visitors.values()]
        good, now = await self.in_thread(keys.good_among, used), time.time()
        for sid, visitor in list(self.visitors.items()):
            if visitor.key.pk not in good or visitor.until < now:
                await self.server.disconnect(sid)

    async def send_all_away(self) -> None:
        for sid in list(self.visitors):
            await self.server.disconnect(sid)

    async def in_thread[Found](self, function: Callable[..., Found], *given: Any) -> Found:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._work, partial(_fresh, function, *given))


@cache
def door() -> Door:
    return Door()


def _key(given: object) -> ApiKey | None:
    """Of an access token or an API key that is good, and may ask now."""
    key = key_of(given) if isinstance(given, str) else None
    try:
        if key is not None:
            request_with(key)
            keys.note_use(key)
    except TooManyError:
        return None
    return key


def _fresh[Found](function: Callable[..., Found], *given: Any) -> Found:
    close_old_connections()
    return function(*given)
