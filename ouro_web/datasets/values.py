"""Values of the engine as JSON can hold them. Runs in the worker process only."""

import json
import math
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb

BATCH = 200


def collect(
    cursor: duckdb.DuckDBPyConnection, max_rows: int, max_bytes: int
) -> tuple[list[list[Any]], bool]:
    """Rows up to a number and a size, and whether there were more."""
    rows: list[list[Any]] = []
    size = 0
    for row in _fetched(cursor):
        plain_row = [plain(value) for value in row]
        size += len(json.dumps(plain_row))
        if len(rows) >= max_rows or size > max_bytes:
            return rows, True
        rows.append(plain_row)
    return rows, False


def _fetched(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while batch := cursor.fetchmany(BATCH):
        yield from batch


def plain(value: Any) -> Any:
    """A value that JSON can hold without losing any of it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    for kind, say in PLAIN.items():
        if isinstance(value, kind):
            return say(value)
    return str(value)


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _decimal(value: Decimal) -> float | str:
    return float(value) if Decimal(repr(float(value))) == value else str(value)


# Order matters: a datetime is a date.
PLAIN: dict[type, Callable[[Any], Any]] = {
    float: _number,
    Decimal: _decimal,
    datetime: lambda value: value.isoformat(),
    date: lambda value: value.isoformat(),
    time: lambda value: value.isoformat(),
    bytes: lambda value: "\\x" + value.hex(),
    dict: lambda value: {str(key): plain(entry) for key, entry in value.items()},
    list: lambda value: [plain(entry) for entry in value],
    tuple: lambda value: [plain(entry) for entry in value],
}
