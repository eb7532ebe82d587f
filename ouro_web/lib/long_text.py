"""A JSON object with one very long base64 text in it, read piece by piece.

Programs send whole files this way. Parsed as usual, a file would be in memory three times over.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import BinaryIO

from ouro_web.lib.json_body import JsonError

TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^"{}\[\]:,]+', re.DOTALL)
SPACE = re.compile(rb"\\[nrt]|\s+|\\(?=/)")


def take(pieces: Iterator[bytes], key: str, target: BinaryIO, *, largest_rest: int) -> bytes:
    """The object without the text at `key` (a top-level key), whose bytes are in `target`.

    Raises JsonError for what is no base64, and for a rest that is too large.
    """
    return _Reader(pieces, key, target, largest_rest).read()


class _Reader:
    def __init__(
        self, pieces: Iterator[bytes], key: str, target: BinaryIO, largest_rest: int
    ) -> None:
        self.pieces, self.target, self.largest_rest = pieces, target, largest_rest
        self.key = b'"' + key.encode() + b'"'
        self.buffer, self.at = b"", 0
        self.rest = bytearray()
        self.depth = 0
        self.last = b""  # the token before, at the top level

    def read(self) -> bytes:
        while self.at < len(self.buffer) or self._more():
            if self._at_long_text():
                self._copy()
            else:
                self._keep()
        return bytes(self.rest)

    def _more(self) -> bool:
        piece = next(self.pieces, b"")
        self.buffer, self.at = self.buffer[self.at :] + piece, 0
        return bool(piece)

    def _at_long_text(self) -> bool:
        return self.last == self.key + b":" and self.buffer.startswith(b'"', self.at)

    def _keep(self) -> None:
        """One token of the rest; a text that is cut off waits for more."""
        found = TOKEN.match(self.buffer, self.at)
        while found is None:
            if len(self.buffer) - self.at > self.largest_rest or not self._more():
                raise JsonError("The JSON cannot be read: a text in it does not end.")
            found = TOKEN.match(self.buffer, self.at)
        token = found[0]
        self.at = found.end()
        self.rest += token
        if len(self.rest) > self.largest_rest:
            raise JsonError("The JSON is too large beside its long text.")
        self._note(token)

    def _note(self, token: bytes) -> None:
        if token in (b"{", b"["):
            self.depth += 1
        elif token in (b"}", b"]"):
            self.depth -= 1
        if token.isspace():
            return
        if self.depth == 1 and token == b":" and self.last == self.key:
            self.last += b":"
        else:
            self.last = token if self.depth == 1 else b""

    def _copy(self) -> None:
        self.buffer, self.at = self.buffer[self.at + 1 :], 0
        left, ended = b"", False
        while not ended:
            if not self.buffer and not self._more():
                raise JsonError("The JSON cannot be read: a text in it does not end.")
            text, quote, after = self.buffer.partition(b'"')
            ended = bool(quote)
            cut = b"\\" if not ended and text.endswith(b"\\") else b""
            self.buffer = after if ended else cut
            if cut and not self._more():
                raise JsonError("The JSON cannot be read: a text in it does not end.")
            left = self._decode(left + SPACE.sub(b"", text.removesuffix(cut)), last=ended)
        self.rest += b'""'
        self.last = b""

    def _decode(self, text: bytes, *, last: bool) -> bytes:
        """Writes what is whole; the characters that are not wait."""
        size = len(text) if last else len(text) - len(text) % 4
        whole = text[:size] + (b"=" * (-size % 4) if last else b"")
        try:
            self.target.write(base64.b64decode(whole, validate=True))
        except binascii.Error as error:
            raise JsonError("The content is not base64.") from error
        return text[size:]
