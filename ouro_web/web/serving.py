"""How uvicorn is started, for the site and for the demo service beside it."""

import sys
from typing import Any

SITE = "ouro_web.asgi:application"
# Seconds a stopping server gives to requests in progress. The runs it carries out get a few more,
# and all of it less than the supervisor waits.
GRACE = 20


def server_command(application: str, host: str, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "uvicorn", application),
        *("--host", host, "--port", str(port)),
        *(
            "--loop",
            "uvloop",
            "--http",
            "httptools",
            "--ws",
            "ouro_web.web.serving:websocket",
            "--lifespan",
            "on",
        ),
        *("--timeout-graceful-shutdown", str(GRACE)),
        # Who asks is the peer of the connection: a header of that name can be made up by anybody.
        "--no-proxy-headers",
        *("--no-server-header", "--no-access-log", "--log-level", "warning"),
    ]


def websocket(*given: Any, **named: Any) -> Any:
    """uvicorn's, loaded when the first one comes."""
    from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

    return WSProtocol(*given, **named)
