"""The first part of a file, for viewers: bounded in bytes, lines and cells whatever the file is."""

import csv
import gzip
import io
import json
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from ouro_web.files.models import Stored
from ouro_web.files.storage import open_file

TEXT_BYTES = 200_000
TABLE_BYTES = 400_000
TREE_BYTES = 400_000
HEX_BYTES = 2048
MAX_COLUMNS = 40
MAX_ENTRIES = 500
MAX_LISTING = 8 << 20  # bytes of a zip's own table of contents
MAX_UNPACKED = 64 << 20  # of a tar that is listed


@dataclass(frozen=True)
class Text:
    text: str
    whole: bool  # False when the file goes on


@dataclass(frozen=True)
class Rows:
    header: list[str]
    rows: list[list[str]]
    whole: bool


@dataclass(frozen=True)
class Entry:
    name: str
    size: int
    is_folder: bool


def head(file: Stored, size: int) -> bytes:
    with open_file(file) as content:
        return content.read(size)


def text(file: Stored, size: int = TEXT_BYTES) -> Text:
    """The beginning as text, cut at the end of a line where it is cut."""
    piece = head(file, size)
    decoded = piece.decode("utf-8-sig", errors="replace")
    if file.size <= size:
        return Text(decoded, True)
    return Text(decoded.rpartition("\n")[0] or decoded, False)


def table(file: Stored, *, limit: int) -> Rows:
    """The first rows of a CSV or TSV file; a separator that nothing shows is the comma."""
    start = text(file, TABLE_BYTES)
    lines = io.StringIO(start.text, newline="")
    separator = "\t" if file.extension == "tsv" else _separator(start.text)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=separator):
            if len(rows) > limit:
                return Rows(_cut(rows[0]), [_cut(each) for each in rows[1:]], False)
            rows.append(row)
    except csv.Error:  # a cell longer than the reader allows
        return Rows(_cut(rows[0]) if rows else [], [_cut(each) for each in rows[1:]], False)
    return Rows(_cut(rows[0]) if rows else [], [_cut(each) for each in rows[1:]], start.whole)


def _separator(text: str) -> str:
    line = text.partition("\n")[0]
    best = max(",;\t|", key=line.count)
    return best if line.count(best) else ","


def _cut(row: list[str]) -> list[str]:
    return [cell[:200] for cell in row[:MAX_COLUMNS]]


def json_value(file: Stored, largest: int = TREE_BYTES) -> Any:
    """The parsed document; None when it is too large or not JSON."""
    if file.size > largest:
        return None
    try:
        return json.loads(head(file, largest))
    except (ValueError, RecursionError):
        return None


def archive(file: Stored) -> tuple[list[Entry], int]:
    """What a zip lists, and how many entries it has; nothing is unpacked."""
    try:
        with open_file(file) as content:
            if _listing_size(content, file.size) > MAX_LISTING:
                return [], 0
            content.seek(0)
            with zipfile.ZipFile(content) as listing:
                entries = listing.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return [], 0
    shown = [Entry(each.filename, each.file_size, each.is_dir()) for each in entries[:MAX_ENTRIES]]
    return shown, len(entries)


def tape(file: Stored) -> tuple[list[Entry], int]:
    """What a tar lists, packed or not. There is no table of contents, so the file is read up to a
    bound: the count is of what was met until then."""
    shown: list[Entry] = []
    try:
        with (
            open_file(file) as content,
            gzip.GzipFile(fileobj=content) if _is_gzip(content) else content as unpacked,
            tarfile.open(fileobj=cast(BinaryIO, _Bounded(unpacked)), mode="r|") as listing,
        ):
            for each in listing:
                shown.append(Entry(each.name, each.size, each.isdir()))
                if len(shown) >= MAX_ENTRIES:
                    break
    except (tarfile.TarError, OSError, EOFError, ValueError, zlib.error):
        pass  # what was met before is listed all the same
    return shown, len(shown)


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


def _listing_size(content: BinaryIO, size: int) -> int:
    """What the end of a zip says of its table of contents, read before it is parsed."""
    content.seek(max(0, size - 65_557))
    tail = content.read(65_557)
    at = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else MAX_LISTING + 1


def hex_lines(file: Stored) -> list[tuple[str, str, str]]:
    """(offset, bytes, letters) of the first bytes."""
    piece = head(file, HEX_BYTES)
    return [_hex_line(piece[at : at + 16], at) for at in range(0, len(piece), 16)]


def _hex_line(piece: bytes, at: int) -> tuple[str, str, str]:
    letters = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in piece)
    return f"{at:06x}", piece.hex(" "), letters
