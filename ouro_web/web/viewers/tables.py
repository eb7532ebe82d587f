"""The first rows of a table, whatever it is written in."""

import re
from collections.abc import Callable, Iterable

from django.core.cache import cache

from ouro_web.assets import blobs
from ouro_web.datasets import pool
from ouro_web.datasets.refusals import QueryRefusedError
from ouro_web.files import heads
from ouro_web.files.heads import Rows
from ouro_web.files.models import File
from ouro_web.files.tables import lines
from ouro_web.web.viewers.kind import Data, Kind

ROWS = {True: 8, False: 100}
ANSWER_BYTES = 4 << 20
BOOKS = {"xlsx", "xlsm", "xlsb", "xls", "ods"}
LARGEST_BOOK = 32 << 20
MOST_SHEETS = 8
NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?")


def parquet(file: File, limit: int) -> Rows | None:
    """Read by the datasets' own workers, which can be killed."""
    sql = f"SELECT * EXCLUDE (file_row_number) FROM numbered LIMIT {limit + 1}"  # noqa: S608
    request = {"path": blobs.local_path(file.blob), "sql": sql, "checked": False}
    try:
        answer = pool.read({**request, "max_rows": limit + 1, "max_bytes": ANSWER_BYTES})
    except QueryRefusedError:
        return None
    if "error" in answer:
        return None
    names = [name for name, _ in answer["columns"]][: heads.MAX_COLUMNS]
    rows = [[_said(cell) for cell in row[: heads.MAX_COLUMNS]] for row in answer["rows"]]
    whole = len(rows) <= limit and not answer["truncated"]
    return Rows(names, rows[:limit], whole, len(answer["columns"]))


def _said(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)[:200]


def separated(file: File, limit: int) -> Rows:
    return heads.table(file, limit=limit)


def sheets(file: File, compact: bool) -> Data | None:
    """The workbook is read whole for it, by a worker of the datasets: once an hour."""
    rows = ROWS[compact]
    found = cache.get_or_set(
        f"sheets:{rows}:{file.sha256}", lambda: _sheets(file, rows) or {}, timeout=3600
    )
    return found or None


def _sheets(file: File, rows: int) -> Data | None:
    if file.size > LARGEST_BOOK:
        return None
    request = {
        "do": "sheets", "path": blobs.local_path(file.blob), "max_rows": rows,
        "max_sheets": MOST_SHEETS, "max_columns": heads.MAX_COLUMNS,
    }  # fmt: skip
    try:
        answer = pool.read(request)
    except QueryRefusedError:
        return None
    return None if "error" in answer else answer


READERS: dict[str, Callable[[File, int], Rows | None]] = {
    "csv": separated, "tsv": separated, "jsonl": lines, "ndjson": lines, "parquet": parquet,
}  # fmt: skip


def _data(file: File, compact: bool) -> Data | None:
    table = READERS[file.extension](file, ROWS[compact])
    if table is None:
        return None
    numbers = [
        _are_numbers(row[at] for row in table.rows if at < len(row))
        for at in range(len(table.header))
    ]
    return {
        "table": table,
        "columns": list(zip(table.header, numbers, strict=True)),
        "rows": [list(zip(row, numbers + [False] * len(row), strict=False)) for row in table.rows],
    }


def _are_numbers(values: Iterable[str | None]) -> bool:
    """They stand at the right then; what is not there does not count."""
    given = [value for value in values if value]
    return bool(given) and all(NUMBER.fullmatch(value) for value in given)


TABLE = Kind("table", fits=lambda file: file.extension in READERS, data=_data)
SHEETS = Kind("sheets", fits=lambda file: file.extension in BOOKS, data=sheets)
