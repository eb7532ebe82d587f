"""One log line a request, around the whole application: what Django answers and what it does not
come to answer. The query is left out, since signed addresses and searches are in it."""

import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]

logger = logging.getLogger(__name__)

GONE = 499  # nothing was answered: the browser had left (the number that nginx uses)


def with_log(application: Application) -> Application:
    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        began = time.perf_counter()
        status = GONE

        async def note_status(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await application(scope, receive, note_status)
        except Exception:
            status = 500
            raise
        finally:
            milliseconds = round((time.perf_counter() - began) * 1000)
            logger.log(
                _level(scope, status),
                "%s %s %d",
                scope["method"],
                scope["raw_path"].decode("latin-1"),  # still quoted, so no line breaks
                status,
                extra={"ms": milliseconds},
            )

    return logged


def _level(scope: Scope, status: int) -> int:
    """Files, repeated questions and the lines that services send say little; they show with
    LOG_LEVEL=debug."""
    if status >= 500:
        return logging.ERROR
    path = scope["path"]
    quiet = path.startswith(("/static/", "/healthz", "/readyz")) or (
        path.startswith("/api/") and path.endswith("/log") and status < 400
    )
    is_part = any(name == b"hx-request" for name, _ in scope["headers"])
    return logging.DEBUG if quiet or (is_part and scope["method"] == "GET") else logging.INFO
