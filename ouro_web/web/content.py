"""Answers that carry a file's bytes: in pieces, with ranges and conditions, and never able to act
on this site's behalf, whatever the bytes are."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.handlers.asgi import ASGIRequest
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_exempt

from ouro_web.assets import blobs, elsewhere
from ouro_web.files.models import Stored
from ouro_web.lib.media import OCTETS, is_textual

# Types a browser may be told; all else is octets for it. What is text is plain text.
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"}
SOUNDS = {"audio/mpeg", "audio/wav", "audio/ogg", "audio/flac", "audio/mp4"}
FILMS = {"video/mp4", "video/webm"}
SVG = "image/svg+xml"
SHOWN = PICTURES | SOUNDS | FILMS | {SVG}
TOLD = SHOWN | {"application/pdf", "application/zip", "application/gzip"}

# Nothing loads, nothing runs, no origin. An SVG in an <img> keeps its own styles.
CLOSED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
# A page made by a service: its own scripts run, without an origin, cookies or a network.
FRAMED = (
    "sandbox allow-scripts; default-src 'none';"
    " script-src 'unsafe-inline' 'unsafe-eval' blob: data:;"
    " style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:;"
    " worker-src blob:; connect-src data: blob:;"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}
HANDED_SECONDS = 60
GONE = "The content of this file is not in the storage."
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class Span:
    """From `first` to before `after`; `part` when the reader asked for less than all."""

    first: int
    after: int
    part: bool

    @property
    def length(self) -> int:
        return self.after - self.first


class UnsatisfiableError(Exception):
    """The range asked for lies outside the file."""


def download(request: HttpRequest, file: Stored) -> HttpResponseBase:
    told = file.media_type if file.media_type in TOLD else OCTETS
    return _answer(request, file, content_type=told, attachment=True, policy=CLOSED)


def handed(request: HttpRequest, file: Stored) -> HttpResponseBase:
    """As `download`; from a store that is elsewhere, by an address of its own for a minute. Not for
    services: many of their clients do not go on to another address."""
    if not elsewhere.has_links():
        return download(request, file)
    if elsewhere.size_of(file.blob) is None:
        raise Http404(GONE)
    told = file.media_type if file.media_type in TOLD else OCTETS
    response = HttpResponseRedirect(
        elsewhere.address(
            file.blob, filename=file.filename, media_type=told, seconds=HANDED_SECONDS
        )
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def inline(request: HttpRequest, file: Stored) -> HttpResponseBase:
    """For <img>, <audio>, <video> and fetch; what none of them shows is a download."""
    if file.media_type in SHOWN:
        told = file.media_type
    elif is_textual(file.media_type):
        told = "text/plain; charset=utf-8"
    else:
        return download(request, file)
    return _answer(request, file, content_type=told, attachment=False, policy=CLOSED)


def framed(request: HttpRequest, file: Stored) -> HttpResponseBase:
    """An HTML file for the sandboxed frame of its page."""
    kind = "text/html; charset=utf-8"
    response = _answer(request, file, content_type=kind, attachment=False, policy=FRAMED)
    return xframe_options_exempt(lambda _: response)(request)  # frame-ancestors says who


def framed_part(request: HttpRequest, html: str) -> HttpResponseBase:
    """Some HTML by itself for the same kind of frame; browsers take what is no whole page, too."""
    response = HttpResponse(html, content_type="text/html; charset=utf-8")
    for header, value in {**HARMLESS, "Content-Security-Policy": FRAMED}.items():
        response.headers[header] = value
    return cast(HttpResponseBase, xframe_options_exempt(lambda _: response)(request))


def framed_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponseBase:
    """A page of ours for such a frame, with scripts of ours. What 'self' means without an origin is
    not the same everywhere, so they are named by their folder."""
    response = framed_part(request, render_to_string(template, context))
    scripts = request.build_absolute_uri("/static/")
    policy = FRAMED.replace("script-src ", f"script-src {scripts} ")
    response.headers["Content-Security-Policy"] = policy
    return response


def kept(
    request: HttpRequest, file: Stored, make: Callable[[], bytes | None], *, kind: str
) -> HttpResponseBase:
    """What is worked out from a file's bytes, for an hour; 404 where nothing can be."""
    etag = f'"{file.sha256[:24]}-{kind.rpartition("/")[2]}"'
    if etag in _listed(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304)
    made = cache.get_or_set(f"preview:{etag}", lambda: make() or b"", timeout=3600)
    if not made:
        raise Http404("There is no preview of this file.")
    response = HttpResponse(made, content_type=kind)
    for header, value in {**HARMLESS, "Content-Security-Policy": CLOSED, "ETag": etag}.items():
        response.headers[header] = value
    return response


def _answer(
    request: HttpRequest, file: Stored, *, content_type: str, attachment: bool, policy: str
) -> HttpResponseBase:
    if not default_storage.exists(file.blob):
        raise Http404(GONE)
    etag = f'"{file.sha256[:32]}"'
    response = _body(request, file, etag)
    name = content_disposition_header(attachment, file.filename)
    headers = {
        "Content-Disposition": name or "attachment",
        "Content-Security-Policy": policy,
        **HARMLESS,
        "Accept-Ranges": "bytes",
        "ETag": etag,
        # Bytes go as they are: compressing would break ranges and lengths.
        "Content-Encoding": "identity",
        "Content-Type": content_type,
    }
    for header, value in headers.items():
        response.headers[header] = value
    return response


def _body(request: HttpRequest, file: Stored, etag: str) -> HttpResponseBase:
    if {etag, "*"} & _listed(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304)
    if not {etag, "*"} & _listed(request.headers.get("If-Match", "*")):
        return HttpResponse(status=412)  # somebody goes on with a file that is another one now
    try:
        span = wanted(request, file.size, etag)
    except UnsatisfiableError:
        refused = HttpResponse(status=416)
        refused.headers["Content-Range"] = f"bytes */{file.size}"
        return refused
    response = streamed(request, lambda: _read(file, span), status=206 if span.part else 200)
    response.headers["Content-Length"] = str(span.length)
    if span.part:
        response.headers["Content-Range"] = f"bytes {span.first}-{span.after - 1}/{file.size}"
    return response


def _listed(header: str) -> set[str]:
    return {part.strip().removeprefix("W/") for part in header.split(",")}


def wanted(request: HttpRequest, size: int, etag: str) -> Span:
    """What one Range header asks for; several ranges, or a stale If-Range, mean the whole."""
    whole = Span(0, size, False)
    found = RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not found or request.headers.get("If-Range", etag) != etag:
        return whole
    first, last = found.groups()
    if not first and not last:
        return whole
    if not first:
        start, after = max(0, size - int(last)), size
    else:
        start, after = int(first), min(size, int(last) + 1) if last else size
    if start >= after:
        if first and last and int(last) < int(first):
            return whole  # not a range at all
        raise UnsatisfiableError
    return Span(start, after, True)


def _read(file: Stored, span: Span) -> Iterator[bytes]:
    with blobs.open_blob(file.blob) as content:
        content.seek(span.first)
        left = span.length
        while left > 0 and (piece := content.read(min(blobs.CHUNK, left))):
            left -= len(piece)
            yield piece


def streamed(
    request: HttpRequest, pieces: Callable[[], Iterator[bytes]], *, status: int = 200
) -> StreamingHttpResponse:
    """Under ASGI an async iterator; a plain one would be read whole into memory there."""
    under_asgi = isinstance(request, ASGIRequest)
    body = _in_threads(pieces) if under_asgi else pieces()
    return StreamingHttpResponse(body, status=status)


async def _in_threads(pieces: Callable[[], Iterator[bytes]]) -> AsyncIterator[bytes]:
    source = pieces()
    try:
        while (piece := await asyncio.to_thread(next, source, None)) is not None:
            yield piece
    finally:
        if isinstance(source, Generator):
            source.close()
