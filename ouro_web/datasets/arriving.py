"""Files that are to become tables: what kind they are, and their text as UTF-8."""

import codecs
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError

from ouro_web.assets import blobs

# By the ending of the name, where the first bytes do not tell.
FORMATS = {
    "csv": "csv", "tsv": "csv", "tab": "csv", "txt": "csv", "dat": "csv",
    "json": "json", "jsonl": "json", "ndjson": "json",
    "parquet": "parquet", "xlsx": "sheet", "xlsm": "sheet", "xlsb": "sheet", "xls": "sheet",
    "ods": "sheet",
}  # fmt: skip
MAGIC = {b"PAR1": "parquet", b"PK\x03\x04": "sheet", b"\xd0\xcf\x11\xe0": "sheet"}
NAMES = {
    "csv": "Values with separators", "json": "JSON", "parquet": "Parquet", "sheet": "Spreadsheet",
}  # fmt: skip
ENDINGS = {"csv": ".csv", "json": ".json", "parquet": ".parquet", "sheet": ".xlsx"}
MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
OLD = "cp1252"  # what text that is no Unicode mostly is; its five holes become "�"
ENCODINGS = {"utf-16": "UTF-16", OLD: "Windows-1252"}


@dataclass(frozen=True)
class Source:
    """A file on this disk that the engine can read."""

    path: Path
    format: str
    size: int
    encoding: str = ""  # what its text was written in, where that was not UTF-8

    @property
    def request(self) -> dict[str, Any]:
        """For the worker. The scratch file beside is for what the engine cannot read itself."""
        return {"source": str(self.path), "format": self.format, "scratch": scratch(self.path)}


def scratch(path: Path) -> str:
    return f"{path}.jsonl"


@contextmanager
def kept_for_now(
    content: BinaryIO | Iterable[bytes], *, filename: str, field: str
) -> Iterator[Source]:
    """The content in a file until the block ends. Raises ValidationError at `field`."""
    path = blobs.temporary_file()
    try:
        yield _spooled(content, path, filename=filename, field=field)
    finally:
        path.unlink(missing_ok=True)
        Path(scratch(path)).unlink(missing_ok=True)


def _spooled(
    content: BinaryIO | Iterable[bytes], path: Path, *, filename: str, field: str
) -> Source:
    size, head, is_blank = 0, b"", True
    unicode = codecs.getincrementaldecoder("utf-8")()
    is_unicode = True
    with blobs.room_is_said(), path.open("wb") as target:
        for piece in blobs.chunks(content):
            size += len(piece)
            if size > settings.MAX_UPLOAD:
                limit = blobs.megabytes(settings.MAX_UPLOAD)
                raise ValidationError({field: f"The file is larger than {limit}."})
            head = head or piece[:4096]
            is_blank = is_blank and not piece.strip()
            is_unicode = is_unicode and _decodes(unicode, piece)
            target.write(piece)
    if is_blank:
        raise ValidationError({field: "The file is empty."})
    form = format_of(head, filename)
    if form in ("parquet", "sheet"):
        return Source(path, form, size)
    encoding = MARKS.get(head[:2], "" if is_unicode else OLD)
    if b"\0" in head and encoding != "utf-16":
        raise ValidationError({field: "This does not read as a table."})
    if encoding:
        _make_unicode(path, encoding)
    return Source(path, form, path.stat().st_size, encoding)


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes) -> bool:
    try:
        decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    return True


def format_of(head: bytes, filename: str) -> str:
    for magic, form in MAGIC.items():
        if head.startswith(magic):
            return form
    named = FORMATS.get(filename.rpartition(".")[2].lower(), "")
    if named in ("csv", "json"):
        return named
    return "json" if head.lstrip()[:1] in (b"[", b"{") else "csv"


def _make_unicode(path: Path, encoding: str) -> None:
    other = blobs.temporary_file()
    try:
        with (
            path.open(encoding=encoding, errors="replace", newline="") as text,
            other.open("w", encoding="utf-8", newline="") as target,
        ):
            while piece := text.read(blobs.CHUNK):
                target.write(piece)
        other.replace(path)
    finally:
        other.unlink(missing_ok=True)
