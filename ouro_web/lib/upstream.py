"""The only module that opens outgoing connections.

It uses aiohttp directly. httpx over aiohttp was tried first and given up: it reports "disconnected
after sending" as a connect time-out, so whether a request reached the other side was lost, and it
rewrites the URL, which breaks signed download addresses. No connection is used twice: a connection
kept from one person's run never carries another's, and a POST never meets a socket that the other
side has just closed.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, Protocol, Self
from urllib.parse import urljoin

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult

from ouro_web.lib import guard, inflate
from ouro_web.lib.exchange import (
    Answer,
    Fetched,
    Headers,
    Limits,
    Request,
    UpstreamError,
    check_headers,
    check_url,
    duration,
    first,
    guarded,
    media_type,
    too_large,
    wire_url,
)

__all__ = [
    "Answer",
    "Client",
    "Fetched",
    "Headers",
    "Limits",
    "Request",
    "UpstreamError",
    "check_headers",
    "check_url",
    "fetch_now",
    "first",
]

type Lookup = Callable[[str], Awaitable[list[str]]]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_HOPS = 5


class Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


class _Trail:
    """What is known of one exchange while it runs."""

    def __init__(self) -> None:
        self.connected = False


class Client:
    """Calls other servers from one event loop. Every address goes through the guard, at the
    moment of connecting."""

    def __init__(self, policy: guard.Policy, *, lookup: Lookup | None = None) -> None:
        self._policy = policy
        self._resolver = _GuardedResolver(policy, lookup or look_up)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, request: Request, limits: Limits) -> Answer:
        """Send once and read the whole answer. Redirects are answers like any other."""
        async with self._exchange(request, limits) as (response, headers):
            body = bytearray()
            async for piece in _pieces(response, headers, limits):
                body += piece
            return Answer(response.status, headers, bytes(body))

    async def fetch(
        self, url: str, into: Writable, *, limits: Limits, headers: Headers = ()
    ) -> Fetched:
        """Download to `into`, following at most five redirects; `headers` stay with their host."""
        async with _deadline(limits.total, _Trail(), "download"):
            for _ in range(MOST_HOPS + 1):
                async with self._exchange(Request("GET", url, headers), limits) as (answer, got):
                    if answer.status not in REDIRECTS:
                        size = await _save(answer, got, into, limits)
                        return Fetched(url, media_type(got), size, got)
                    onward = _onward(url, first(got, "location"), self._policy)
                if _origin(url, self._policy) != _origin(onward, self._policy):
                    headers = ()
                url = onward
        raise UpstreamError("too_many_redirects", "The address redirects more than five times.")

    @asynccontextmanager
    async def _exchange(
        self, request: Request, limits: Limits
    ) -> AsyncIterator[tuple[aiohttp.ClientResponse, Headers]]:
        url = wire_url(request.url, self._policy)
        check_headers(request.headers)
        trail = _Trail()
        async with _deadline(limits.total, trail, "call"):
            try:
                async with self._open().request(
                    request.method,
                    yarl.URL(url, encoded=True),
                    headers=[*request.headers, ("Accept-Encoding", "identity")],
                    data=request.body or None,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=None, connect=limits.connect),
                    trace_request_ctx=trail,
                ) as response:
                    yield response, _checked_headers(response, limits)
            except aiohttp.ClientError as error:
                raise _explained(error, trail) from error

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            tracing = aiohttp.TraceConfig()
            tracing.on_connection_create_end.append(_note_connected)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._resolver, use_dns_cache=False, force_close=True, limit=0
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "Ouro-Web", "Accept": "*/*"},
                skip_auto_headers=["Content-Type"],
                auto_decompress=False,
                trust_env=False,
                trace_configs=[tracing],
            )
            # aiohttp sends idempotent requests a second time by itself; how often something is
            # sent is decided, and counted, by those who call this module.
            self._session._retry_connection = False
        return self._session


class _GuardedResolver(AbstractResolver):
    """Looks names up and lets through only answers that were judged, all or none of them."""

    def __init__(self, policy: guard.Policy, lookup: Lookup) -> None:
        self._policy = policy
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            found = await self._lookup(host)
        except OSError:
            found = []
        addresses = [ipaddress.ip_address(text) for text in found]
        if not addresses:
            raise UpstreamError("name_not_found", f"{host} was not found.", retryable=True)
        for address in addresses:
            guarded(guard.check_address, address, host=host, port=port, policy=self._policy)
        return [_resolved(host, port, address) for address in addresses]

    async def close(self) -> None:
        """Nothing is held."""


def fetch_now(
    url: str,
    into: Writable,
    *,
    policy: guard.Policy,
    limits: Limits,
    headers: Headers = (),
) -> Fetched:
    """`Client.fetch` for code that runs outside an event loop."""

    async def run() -> Fetched:
        async with Client(policy) as client:
            return await client.fetch(url, into, limits=limits, headers=headers)

    return asyncio.run(run())


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    """Own threads for look-ups, so that a slow name server holds up nothing else."""
    return ThreadPoolExecutor(max_workers=32, thread_name_prefix="look-up")


async def look_up(host: str) -> list[str]:
    """All addresses of a name, by the system's resolver. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(
        _threads(), lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    )
    return [str(sockaddr[0]) for _, _, _, _, sockaddr in found]


def _resolved(
    host: str, port: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address
) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=str(address),
        port=port,
        family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
        proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )


def _origin(url: str, policy: guard.Policy) -> tuple[str, str, int]:
    return check_url(url, policy).origin


def _onward(url: str, location: str, policy: guard.Policy) -> str:
    if not location:
        raise UpstreamError("answer_invalid", "The address redirects without saying where to.")
    onward = urljoin(url, location)
    if check_url(onward, policy).scheme == "http" and url.lower().startswith("https:"):
        message = "The address redirects from https to http; that is not followed."
        raise UpstreamError("redirect_refused", message)
    return onward


@asynccontextmanager
async def _deadline(seconds: float, trail: _Trail, what: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise UpstreamError(
            "time_limit",
            f"The {what} was not finished within {duration(seconds)}.",
            sent=trail.connected,
            retryable=True,
        ) from error


async def _note_connected(_: Any, context: Any, __: Any) -> None:
    context.trace_request_ctx.connected = True


def _checked_headers(response: aiohttp.ClientResponse, limits: Limits) -> Headers:
    raw = response.raw_headers
    if sum(len(name) + len(value) + 4 for name, value in raw) > limits.headers:
        raise UpstreamError("answer_invalid", "The headers of the answer are too large.", sent=True)
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)


async def _pieces(
    response: aiohttp.ClientResponse, headers: Headers, limits: Limits
) -> AsyncIterator[bytes]:
    """The unpacked body, piece by piece, never more of it than the limit."""
    try:
        unpacker = inflate.unpacker(first(headers, "content-encoding"))
        size = 0
        async for raw in _raw(response, limits):
            for piece in unpacker.feed(raw):
                size += len(piece)
                if size > limits.body:
                    raise too_large(limits.body)
                yield piece
    except inflate.UnknownEncodingError as error:
        message = f"The answer is encoded as “{error}”, which was not asked for."
        raise UpstreamError("answer_invalid", message, sent=True) from error
    except inflate.DamagedError as error:
        raise UpstreamError("answer_invalid", str(error), sent=True) from error
    if size and not unpacker.complete():
        raise UpstreamError("answer_invalid", "The compressed answer is incomplete.", sent=True)


async def _raw(response: aiohttp.ClientResponse, limits: Limits) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(limits.read):
                piece = await response.content.readany()
        except TimeoutError as error:
            message = f"The answer stopped arriving for {duration(limits.read)}."
            raise UpstreamError("answer_stalled", message, sent=True, retryable=True) from error
        except ConnectionError as error:
            raise _lost(sent=True) from error
        if not piece:
            return
        yield piece


async def _save(
    response: aiohttp.ClientResponse, headers: Headers, into: Writable, limits: Limits
) -> int:
    if not 200 <= response.status < 300:
        raise UpstreamError(
            f"status_{response.status}",
            f"The address answered with status {response.status}.",
            sent=True,
            retryable=response.status in (408, 429, 500, 502, 503, 504),
        )
    size = 0
    async for piece in _pieces(response, headers, limits):
        into.write(piece)
        size += len(piece)
    return size


def _explained(error: aiohttp.ClientError, trail: _Trail) -> UpstreamError:
    """An aiohttp error in words. What comes before a connection was certainly not sent."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        message = "The service did not take the connection in time."
        return UpstreamError("connect_timeout", message, retryable=True)
    if isinstance(error, aiohttp.ClientSSLError):
        certificate = isinstance(error, aiohttp.ClientConnectorCertificateError)
        return UpstreamError("tls_failed", _tls_message(error, certificate=certificate))
    if isinstance(error, aiohttp.ClientConnectorError):
        refused = isinstance(error.os_error, ConnectionRefusedError)
        code = "connection_refused" if refused else "connection_failed"
        how = "refused the connection" if refused else "could not be reached"
        return UpstreamError(code, f"{error.host}:{error.port} {how}.", retryable=True)
    if isinstance(error, aiohttp.ClientResponseError):
        message = "The service answered with something that is not valid HTTP."
        return UpstreamError("answer_invalid", message, sent=True)
    if isinstance(error, aiohttp.InvalidURL):
        return UpstreamError("address_invalid", "The address cannot be read as a URL.")
    return _lost(sent=trail.connected)


def _lost(*, sent: bool) -> UpstreamError:
    message = "The connection was lost before the answer was complete."
    return UpstreamError("connection_lost", message, sent=sent, retryable=True)


def _tls_message(error: aiohttp.ClientError, *, certificate: bool) -> str:
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
    detail = getattr(cause, "verify_message", "") if isinstance(cause, ssl.SSLError) else ""
    reason = f": {detail}" if detail else ""
    if certificate:
        return f"The service's certificate is not valid{reason}."
    return f"A secure connection could not be made{reason}."
