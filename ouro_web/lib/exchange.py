"""The values of an exchange with another server, and what is checked before anything is sent."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from ouro_web.lib import guard

type Headers = tuple[tuple[str, str], ...]

MIB = 1024 * 1024
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
OWN_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"}
    | {"expect", "proxy-authorization", "proxy-connection", "keep-alive", "accept-encoding"}
)
URL_CHARACTERS = "/?%:@!$&'()*+,;=~-._[]"


class UpstreamError(Exception):
    """A call that brought no usable answer. `message` is a sentence for people; `sent` says
    whether the other side may have received the request, `retryable` whether it is worth another
    try."""

    def __init__(
        self, code: str, message: str, *, sent: bool = False, retryable: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.sent = sent
        self.retryable = retryable


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes. `total` is wall-clock time from the first look-up to the last byte;
    `read` is the longest silence once an answer has begun."""

    connect: float = 10
    read: float = 30
    total: float = 600
    body: int = 10 * MIB
    headers: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The first value of a header, or nothing."""
        return first(self.headers, name)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A finished download: where it really came from, and what it was said to be."""

    url: str
    media_type: str
    size: int
    headers: Headers = ()


def check_url(url: str, policy: guard.Policy) -> guard.Target:
    """Judge an address before it is stored, as far as its text allows. Raises UpstreamError."""
    return guarded(guard.check_url, url, policy)


def check_headers(headers: Iterable[tuple[str, str]]) -> None:
    """Refuse header names and values that could smuggle a second header or a second request."""
    for name, value in headers:
        if not HEADER_NAME.fullmatch(name) or name.lower() in OWN_HEADERS:
            raise UpstreamError("header_invalid", f"The header {name[:60]!r} cannot be sent.")
        if any(character in "\r\n\0" for character in value) or not _is_latin(value):
            raise UpstreamError(
                "header_invalid",
                f"The value of the header {name} contains characters that headers cannot carry.",
            )


def guarded[**P, T](judge: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return judge(*args, **kwargs)
    except guard.AddressError as refusal:
        raise UpstreamError(refusal.code, refusal.message) from refusal


def wire_url(url: str, policy: guard.Policy) -> str:
    """The URL as it goes on the wire: judged, host in ASCII, what is encoded left as it is."""
    target = check_url(url, policy)
    parts = urlsplit(url)
    host = f"[{target.host}]" if ":" in target.host else target.host
    query = f"?{parts.query}" if parts.query else ""
    tail = quote((parts.path or "/") + query, safe=URL_CHARACTERS)
    return f"{target.scheme}://{host}:{target.port}{tail}"


def first(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def too_large(limit: int) -> UpstreamError:
    size = f"{limit / MIB:g} MB" if limit >= MIB else f"{limit:,} bytes"
    return UpstreamError("answer_too_large", f"The answer is larger than {size}.", sent=True)


def duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:g} second{'' if seconds == 1 else 's'}"
    return f"{seconds / 60:g} minutes"


def media_type(headers: Headers) -> str:
    return first(headers, "content-type").partition(";")[0].strip().lower()


def _is_latin(value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True
