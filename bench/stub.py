"""The upstream of the measurements: it sleeps 10 ms or 1 s and answers a little JSON."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
SECONDS = {"/quick": 0.01, "/slow": 1.0}
BODY = b'{"energy": -12.5}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]


async def application(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(SECONDS[scope["path"]])
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
