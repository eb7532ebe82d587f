"""A dataset as a download: CSV that cannot fool a spreadsheet, JSON, JSON lines, or Parquet."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from ouro_web.assets import blobs
from ouro_web.datasets import tables
from ouro_web.datasets.models import Dataset

FORMULA = ("=", "+", "-", "@", "\t", "\r")
BATCH = 500
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}


def pieces(dataset: Dataset, kind: str) -> Iterator[bytes]:
    """The whole dataset, a batch of rows at a time."""
    if kind == "csv":
        return as_csv(dataset)
    if kind == "json":
        return as_json(dataset)
    if kind == "jsonl":
        return as_lines(dataset)
    return as_parquet(dataset)


def as_parquet(dataset: Dataset) -> Iterator[bytes]:
    with blobs.open_blob(dataset.blob) as content:
        yield from blobs.chunks(content)


def as_csv(dataset: Dataset) -> Iterator[bytes]:
    names = [column["name"] for column in dataset.columns]
    return rows_as_csv(names, tables.all_rows(dataset))


def rows_as_csv(names: Iterable[str], rows: Iterable[list[Any]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([safe(name) for name in names])
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe(value) for value in row])
        if number % BATCH == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode(errors="replace")


def safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula begins with an apostrophe; numbers stay."""
    if not isinstance(value, str):
        return spelled(value)
    return f"'{value}" if value.startswith(FORMULA) and not _is_number(value) else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def as_json(dataset: Dataset) -> Iterator[bytes]:
    opening = "[\n"
    for entry in _objects(dataset):
        yield (opening + entry).encode(errors="replace")
        opening = ",\n"
    yield b"\n]\n" if opening != "[\n" else b"[]\n"


def as_lines(dataset: Dataset) -> Iterator[bytes]:
    for entry in _objects(dataset):
        yield f"{entry}\n".encode(errors="replace")


def _objects(dataset: Dataset) -> Iterator[str]:
    names = [column["name"] for column in dataset.columns]
    for row in tables.all_rows(dataset):
        yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)


def spelled(value: Any, kind: str = "") -> str:
    """A value as the machine gave it, without its JSON dress."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.replace("T", " ", 1) if kind.startswith("timestamp") else value
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
