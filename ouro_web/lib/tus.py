"""The words of the tus 1.0 protocol (resumable uploads), without any web framework.

Core with the extensions creation, expiration, checksum and termination: https://tus.io/protocols.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
ALGORITHMS = ("sha256", "sha1")
BODY_TYPE = "application/offset+octet-stream"
LONGEST_METADATA = 4096


class TusError(Exception):
    """A request that is refused: `status` is the protocol's answer, the text is for people."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status


@dataclass(frozen=True)
class Checksum:
    algorithm: str
    digest: bytes

    def fits(self, found: "hashlib._Hash") -> bool:
        return found.digest() == self.digest


def check_version(header: str) -> None:
    if header != VERSION:
        raise TusError(412, f"Send Tus-Resumable: {VERSION}.")


def number(header: str | None, name: str) -> int:
    text = header or ""
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise TusError(400, f"{name} must be a number of bytes.")
    return int(text)


def metadata(header: str) -> dict[str, str]:
    """`name base64,name base64` as text by name."""
    if len(header) > LONGEST_METADATA:
        raise TusError(400, "Upload-Metadata is too long.")
    pairs = (part.strip().partition(" ") for part in header.split(",") if part.strip())
    return {name: _decoded(value).decode(errors="replace") for name, _, value in pairs}


def checksum(header: str) -> Checksum | None:
    if not header:
        return None
    algorithm, _, digest = header.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise TusError(400, f"The checksum algorithms are {', '.join(ALGORITHMS)}.")
    return Checksum(algorithm, _decoded(digest))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise TusError(400, "A value is not base64.") from None
