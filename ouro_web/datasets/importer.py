"""Turns a file into one Parquet file, or says what is in it. Runs in the worker process only."""

from pathlib import Path
from typing import Any

import duckdb

from ouro_web.datasets import sources, values
from ouro_web.datasets.engine import connected, copied
from ouro_web.datasets.sources import Reading

SAMPLE_ROWS = 8
SAMPLE_BYTES = 1 << 20
SMALL = 8 << 20

Request = dict[str, Any]


def engine(request: Request) -> duckdb.DuckDBPyConnection:
    return connected([request.get(key) for key in ("source", "target", "scratch")])


def sniff(connection: duckdb.DuckDBPyConnection, request: Request) -> dict[str, Any]:
    """The columns of `source` in types that fit, how it is to be read, and its first rows."""
    reading = sources.sniffed(connection, request, whole=_is_small(request))
    cursor = connection.execute(f"{reading.query()} LIMIT {SAMPLE_ROWS}")
    rows, _ = values.collect(cursor, SAMPLE_ROWS, SAMPLE_BYTES)
    return {"columns": reading.columns, "options": reading.options, "sample": rows}


def write(connection: duckdb.DuckDBPyConnection, request: Request) -> dict[str, Any]:
    """Read `source`, write `target`; answer the columns and the row count. Without `columns` the
    types are worked out here."""
    if request.get("columns"):
        return _written(connection, request, sources.known(request))
    whole = _is_small(request)
    try:
        return _written(connection, request, sources.sniffed(connection, request, whole=whole))
    except duckdb.Error:
        if whole:
            raise
        return _written(connection, request, sources.sniffed(connection, request, whole=True))


def _is_small(request: Request) -> bool:
    return Path(request["source"]).stat().st_size <= SMALL


def _written(
    connection: duckdb.DuckDBPyConnection, request: Request, reading: Reading
) -> dict[str, Any]:
    count = copied(connection, reading.query(), request["target"])
    columns = [{"name": one["name"], "type": one["type"]} for one in reading.columns]
    return {"columns": columns, "row_count": count}
