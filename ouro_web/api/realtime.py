"""The door for Socket.IO, at /socket.io/ of the host. What is behind it is loaded when the first
program comes: most sites have none, and it takes 8 MB."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]

PATH = "/socket.io/"
POLICY_VIOLATION = 1008


def with_sockets(application: Application) -> Application:
    async def routed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await application(scope, receive, send)
        elif f"{scope['path']}/".startswith(PATH):
            from ouro_web.api import sockets

            await sockets.door().handle(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await application(scope, receive, send)

    return routed
