"""Finding the OpenAPI document behind whatever address a person has at hand: the document itself,
the interactive description, or just the service.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urljoin, urlsplit

from django.core.exceptions import ValidationError

from ouro_web.lib import upstream
from ouro_web.services import openapi, reading
from ouro_web.services.credentials import policy, same_host
from ouro_web.services.openapi import DocumentError, Specification

LIMITS = upstream.Limits(connect=5, read=10, total=20, body=openapi.MAX_BYTES)
USUAL_NAMES = (
    "openapi.json",
    "openapi.yaml",
    "swagger.json",
    "v3/api-docs",
    "swagger/v1/swagger.json",
    "api/openapi.json",
    "api-docs",
    "swagger.yaml",
)
MOST_TRIES = 12
# How Swagger UI, ReDoc, Scalar and Elements pages name the document they show.
_NAMED = (
    re.compile(rb"""["']([^"'\s<>]*(?:openapi|swagger)[^"'\s<>]*\.(?:json|ya?ml))["']"""),
    re.compile(rb"""(?:spec-?url|data-url|apidescriptionurl|\burl)["']?\s*[=:]\s*["']([^"'\s<>]+)""",
               re.IGNORECASE),
)  # fmt: skip
_SCRIPT = re.compile(rb"""src=["']([^"'\s<>]*swagger-initializer\.js)["']""")
_LINK = re.compile(r'<([^>]+)>[^,]*rel="?service-desc"?')
_SAYS = re.compile(rb"""^[\s{]*["']?(?:openapi|swagger)["']?\s*:""", re.MULTILINE)
_ACCEPT = (("Accept", "application/json, application/yaml;q=0.9, */*;q=0.5"),)


@dataclass(frozen=True)
class Found:
    """A specification, unless the document is too large to be read while somebody waits."""

    text: str
    url: str
    specification: Specification | None


@dataclass(frozen=True)
class _Tried:
    """What an address answered: bytes, or the reason why there are none."""

    url: str
    data: bytes = b""
    link: str = ""
    reason: str = ""


def find(url: str) -> Found:
    """The first address that answers with an OpenAPI document. Raises ValidationError.

    What the given address itself said is kept as the reason when nothing is found near it.
    """
    given = complete(url)
    (first,) = _fetched([given])
    found, reason = _read(first)
    if found:
        return found
    candidates = list(dict.fromkeys(_near(first)))[:MOST_TRIES]
    tried = [candidate for candidate in candidates if candidate != given]
    for each in _fetched(tried):
        near, _ = _read(each)
        if near:
            return near
    raise ValidationError({"url": _sentence(reason, tried)})


def complete(url: str) -> str:
    """With a scheme, as a person leaves it out. Raises ValidationError."""
    text = url.strip()
    if "://" not in text:
        local = re.match(r"(localhost|127\.|\[::1\])", text)
        text = f"{'http' if local else 'https'}://{text}"
    try:
        upstream.check_url(text, policy())
    except upstream.UpstreamError as error:
        raise ValidationError({"url": error.message}) from None
    return text


def _fetched(urls: Iterable[str]) -> list[_Tried]:
    """All at once; each within its limits."""

    async def every() -> list[_Tried]:
        async with upstream.Client(policy()) as client:
            return await asyncio.gather(*(_fetch(client, url) for url in urls))

    return asyncio.run(every())


async def _fetch(client: upstream.Client, url: str) -> _Tried:
    into = BytesIO()
    try:
        fetched = await client.fetch(url, into, limits=LIMITS, headers=_ACCEPT)
    except upstream.UpstreamError as error:
        return _Tried(url, reason=error.message)
    link = _LINK.search(upstream.first(fetched.headers, "link"))
    return _Tried(fetched.url, into.getvalue(), link[1] if link else "")


def _read(tried: _Tried) -> tuple[Found | None, str]:
    """A document in whatever version it is; else why it is none."""
    if tried.reason:
        return None, tried.reason
    try:
        text = openapi.text_of(tried.data)
    except DocumentError as error:
        return None, str(error)
    if not reading.is_small(text, source_url=tried.url):
        if _SAYS.search(tried.data[:100_000]):
            return Found(text, tried.url, None), ""
        return None, "This is not an OpenAPI document."
    specification = reading.read(text, source_url=tried.url)
    if specification.version:
        return Found(text, tried.url, specification), ""
    return None, specification.problems[0].message


def _near(first: _Tried) -> Iterator[str]:
    """What the page names itself, then the usual names beside it and at the root."""
    if first.link:
        yield urljoin(first.url, first.link)
    yield from _named(first)
    for script in _SCRIPT.findall(first.data[:500_000])[:1]:
        for tried in _fetched([urljoin(first.url, script.decode("utf-8", "replace"))]):
            yield from _named(tried)
    folder = first.url if first.url.endswith("/") else f"{first.url}/"
    yield urljoin(folder, USUAL_NAMES[0])
    yield urljoin(first.url, USUAL_NAMES[0])
    for name in USUAL_NAMES:
        yield urljoin(first.url, f"/{name}")


def _named(page: _Tried) -> Iterator[str]:
    """Only on the host of the page: another one's document is given by its own address."""
    for pattern in _NAMED:
        for match in pattern.finditer(page.data[:500_000]):
            address = urljoin(page.url, match[1].decode("utf-8", "replace"))
            if address.startswith(("http:", "https:")) and same_host(address, page.url):
                yield address


def _sentence(reason: str, tried: list[str]) -> str:
    places = [urlsplit(url).path or "/" for url in tried]
    also = f" Nothing was found at {', '.join(dict.fromkeys(places))} either." if places else ""
    return f"{reason}{also}"
