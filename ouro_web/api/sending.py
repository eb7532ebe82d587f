"""Bytes as an answer, in pieces: never whole in memory, and never shown as a page of this site."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

from ouro_web.lib.media import OCTETS

Pieces = Callable[[], Iterator[bytes]]


def attachment(
    request: HttpRequest, pieces: Pieces, *, filename: str, content_type: str = OCTETS
) -> StreamingHttpResponse:
    under_asgi = isinstance(request, ASGIRequest)
    response = StreamingHttpResponse(_in_threads(pieces) if under_asgi else pieces())
    headers = {
        "Content-Type": content_type,
        "Content-Disposition": content_disposition_header(True, filename) or "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    for name, value in headers.items():
        response.headers[name] = value
    return response


async def _in_threads(pieces: Pieces) -> AsyncIterator[bytes]:
    source = pieces()
    while (piece := await asyncio.to_thread(next, source, None)) is not None:
        yield piece
