"""Bodies of requests: their size is refused before they are parsed, packed or not."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.parser import Parser

from ouro_web.lib.inflate import DamagedError, unpacker
from ouro_web.lib.json_body import JsonError, parse, parse_exactly, parse_object


class TooLargeError(Exception):
    """A body over its limit, which is the argument."""


def read_object(request: HttpRequest, *, largest: int) -> dict[str, Any]:
    """The JSON object in the body, for views that take more, or less, than the usual limit."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdigit() and int(announced) > largest:
        raise TooLargeError(largest)
    raw = request.read(largest + 1)
    if len(raw) > largest:
        raise TooLargeError(largest)
    return parse_object(unpacked(request, raw, largest))


class BodyParser(Parser):
    """The body of every view with a typed body. Never more than the limit is held unpacked."""

    def parse_body(self, request: HttpRequest) -> Any:
        raw = unpacked(request, request.body, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
        is_call = request.path_info.endswith("/use")  # what a run sends on
        return parse_exactly(raw) if is_call else parse(raw)


def unpacked(request: HttpRequest, raw: bytes, largest: int) -> bytes:
    encoding = request.headers.get("content-encoding", "")
    unpack = unpacker(encoding)
    pieces, size = [], 0
    for piece in unpack.feed(raw):
        size += len(piece)
        if size > largest:
            raise TooLargeError(largest)
        pieces.append(piece)
    if not unpack.complete():
        raise DamagedError("The compressed body is damaged.")
    return b"".join(pieces)


__all__ = ["BodyParser", "DamagedError", "JsonError", "TooLargeError", "read_object", "unpacked"]
