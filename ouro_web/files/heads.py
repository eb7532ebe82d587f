"""The first part of a file, for viewers: bounded in bytes, lines and cells whatever the file is."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ouro_web.files.models import Stored
from ouro_web.files.storage import open_file
from ouro_web.lib import archives
from ouro_web.lib.archives import Entry

TEXT_BYTES = 200_000
TABLE_BYTES = 400_000
TREE_BYTES = 400_000
HEX_BYTES = 2048
MAX_COLUMNS = 40
MAX_ENTRIES = 500


@dataclass(frozen=True)
class Text:
    text: str
    whole: bool  # False when the file goes on


@dataclass(frozen=True)
class Rows:
    """The first rows and columns; None is a null, where the format has one."""

    header: list[str]
    rows: Sequence[list[str] | list[str | None]]
    whole: bool
    width: int = 0  # all columns, where there are more than these


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
    whole = start.whole
    try:
        for row in csv.reader(lines, delimiter=separator):
            if len(rows) > limit:
                whole = False
                break
            rows.append(row)
    except csv.Error:  # a cell longer than the reader allows
        whole = False
    header = rows[0] if rows else []
    return Rows(_cut(header), [_cut(each) for each in rows[1:]], whole, len(header))


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
    """The first entries of a zip or a tar, packed or not, and how many were met."""
    with open_file(file) as content:
        found = archives.entries(content, size=file.size, media_type=file.media_type)
    return found[:MAX_ENTRIES], len(found)


def hex_lines(file: Stored) -> list[tuple[str, str, str]]:
    """(offset, bytes, letters) of the first bytes."""
    piece = head(file, HEX_BYTES)
    return [_hex_line(piece[at : at + 16], at) for at in range(0, len(piece), 16)]


def _hex_line(piece: bytes, at: int) -> tuple[str, str, str]:
    letters = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in piece)
    return f"{at:06x}", piece.hex(" "), letters
