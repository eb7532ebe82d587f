"""Unpacking compressed answers without trusting how large they say they are."""

import zlib
from collections.abc import Iterator

PIECE = 64 * 1024


class UnknownEncodingError(ValueError):
    """An encoding nobody asked for and that is not unpacked here."""


class DamagedError(ValueError):
    """Bytes that are not what their encoding says."""


class Plain:
    """No encoding: pieces pass through."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def complete(self) -> bool:
        return True


class Deflated:
    """gzip or deflate, unpacked in pieces of at most 64 KiB whatever the ratio.

    The usual clients unpack a whole network chunk at once, which turns 64 kB into 64 MB before
    a limit can be looked at.
    """

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and not self._unpacker.eof:
            try:
                piece = self._unpacker.decompress(data, PIECE)
            except zlib.error as error:
                raise DamagedError("The compressed answer is damaged.") from error
            data = self._unpacker.unconsumed_tail
            if piece:
                yield piece

    def complete(self) -> bool:
        return self._unpacker.eof


def unpacker(encoding: str) -> Plain | Deflated:
    """The unpacker for a Content-Encoding header. Raises UnknownEncodingError."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return Plain()
    if name in ("gzip", "x-gzip", "deflate"):
        return Deflated()
    raise UnknownEncodingError(name)
