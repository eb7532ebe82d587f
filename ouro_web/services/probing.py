"""A call to see whether a service is there and takes its credential: one that changes nothing."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from ouro_web.lib import upstream
from ouro_web.services.credentials import Carried, policy

LIMITS = upstream.Limits(connect=4, read=6, total=8, body=1024 * 1024)
_LIKELY = ("health", "ping", "status", "version", "me", "info", "whoami", "ready")


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of it, in words; `status` is 0 when nothing answered."""

    address: str
    status: int
    milliseconds: int
    message: str
    is_good: bool


def probe(base_url: str, carried: Carried, operations: Iterable[dict[str, Any]]) -> Probe:
    """Calls the most telling GET that needs no parameters, else the base URL itself."""
    path = likely_path(operations)
    address = f"{base_url.rstrip('/')}{quote(path, safe='/%')}"
    query = f"?{urlencode(carried.query)}" if carried.query else ""
    began = time.monotonic()
    try:
        answer = asyncio.run(_send(f"{address}{query}", carried))
    except upstream.UpstreamError as error:
        return Probe(address, 0, _since(began), error.message, is_good=False)
    sent = bool(carried.headers or carried.query)
    message = _told(answer.status, sent=sent, at_base=not path)
    is_good = answer.status < 400 or (not path and answer.status in (404, 405))
    return Probe(address, answer.status, _since(began), message, is_good)


def likely_path(operations: Iterable[dict[str, Any]]) -> str:
    free = [
        str(operation["path"])
        for operation in operations
        if operation["method"] == "GET"
        and "{" not in operation["path"]
        and not any(item["required"] for item in operation["parameters"])
    ]
    return min(free, key=lambda path: (_rank(path), len(path)), default="")


def _rank(path: str) -> int:
    last = path.rstrip("/").rpartition("/")[2].lower()
    return next((place for place, word in enumerate(_LIKELY) if word in last), len(_LIKELY))


async def _send(url: str, carried: Carried) -> upstream.Answer:
    async with upstream.Client(policy()) as client:
        return await client.send(upstream.Request("GET", url, carried.headers), LIMITS)


def _told(status: int, *, sent: bool, at_base: bool) -> str:
    if status in (401, 403):
        return (
            "The service answers, but refuses the credential."
            if sent
            else "The service answers, but wants a credential."
        )
    if at_base and status in (404, 405):
        return "The service answers. It has nothing at its base URL itself, which is usual."
    if status >= 500:
        return "The service answers with an error of its own."
    if status >= 400:
        return "Something answers, but not as the document says. Is the base URL right?"
    if status >= 300:
        return "It answers with a redirect, which runs do not follow. Give the final address."
    return "The service answers" + (", and takes the credential." if sent else ".")


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
