"""What an ASGI server says when it starts and when it has stopped serving."""

import asyncio
from collections.abc import Callable

from ouro_web.web.request_log import Application, Receive, Scope, Send


def with_end(application: Application, end: Callable[[], None]) -> Application:
    """Calls `end` when the server has let its requests finish, before the process goes. In a
    thread: answers that were broken off are sent on the loop meanwhile."""

    async def living(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await application(scope, receive, send)
            return
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.to_thread(end)
        await send({"type": "lifespan.shutdown.complete"})

    return living
