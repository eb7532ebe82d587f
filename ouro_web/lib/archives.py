"""What archives hold, by their listing alone: nothing is unpacked, and what is read of one has a
bound, whatever it says of itself."""

import gzip
import tarfile
import zipfile
import zlib
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from ouro_web.lib.declarations import normalise_extension

ZIP = "application/zip"
MEDIA_TYPES = (ZIP, "application/gzip", "application/x-tar")
MAX_LISTING = 8 << 20  # bytes of a zip's own table of contents
MAX_UNPACKED = 64 << 20  # of a tar that is listed
MAX_MET = 5_000  # entries of a tar
MAX_ENDINGS = 40


@dataclass(frozen=True)
class Entry:
    name: str
    size: int
    is_folder: bool


def entries(content: BinaryIO, *, size: int, media_type: str) -> list[Entry]:
    """Of a zip all, of a tar (packed or not) those met within the bounds; [] of what is neither."""
    if media_type == ZIP:
        return _zipped(content, size)
    return _taped(content) if media_type in MEDIA_TYPES else []


def endings(content: BinaryIO, *, size: int, media_type: str) -> dict[str, int]:
    """How many files of which ending are inside, the most frequent first."""
    found = Counter(
        ending
        for each in entries(content, size=size, media_type=media_type)
        if not each.is_folder and "." in each.name
        if (ending := normalise_extension(each.name))
    )
    return dict(found.most_common(MAX_ENDINGS))


def _zipped(content: BinaryIO, size: int) -> list[Entry]:
    try:
        if _listing_size(content, size) > MAX_LISTING:
            return []
        content.seek(0)
        with zipfile.ZipFile(content) as listing:
            found = listing.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []
    return [Entry(each.filename, each.file_size, each.is_dir()) for each in found]


def _listing_size(content: BinaryIO, size: int) -> int:
    """What the end of a zip says of its table of contents, read before it is parsed."""
    content.seek(max(0, size - 65_557))
    tail = content.read(65_557)
    at = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else MAX_LISTING + 1


def _taped(content: BinaryIO) -> list[Entry]:
    """There is no table of contents, so it is read from the start."""
    shown: list[Entry] = []
    try:
        with (
            gzip.GzipFile(fileobj=content)
            if _is_gzip(content)
            else nullcontext(content) as unpacked,
            tarfile.open(fileobj=cast(BinaryIO, _Bounded(unpacked)), mode="r|") as listing,
        ):
            for each in listing:
                shown.append(Entry(each.name, each.size, each.isdir()))
                if len(shown) >= MAX_MET:
                    break
    except (tarfile.TarError, OSError, EOFError, ValueError, zlib.error):
        pass  # what was met before is listed all the same
    return shown


def _is_gzip(content: BinaryIO) -> bool:
    start = content.read(2)
    content.seek(0)
    return start == b"\x1f\x8b"


class _Bounded:
    """Ends a stream after MAX_UNPACKED bytes."""

    def __init__(self, source: Any) -> None:
        self.source, self.left = source, MAX_UNPACKED

    def read(self, size: int) -> bytes:
        piece: bytes = self.source.read(min(size, self.left))
        self.left -= len(piece)
        return piece
