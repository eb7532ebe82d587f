"""A whole table in the order of one column. Runs in the worker process only."""

from typing import Any

import duckdb

from ouro_web.datasets.column_names import PLACE
from ouro_web.datasets.engine import connected, copied, quoted, quoted_name

Request = dict[str, Any]


def engine(request: Request) -> duckdb.DuckDBPyConnection:
    return connected([request["base"], request["target"]])


def write(connection: duckdb.DuckDBPyConnection, request: Request) -> dict[str, Any]:
    """`order` is the name of a column, with a hyphen before it for the largest first. Each row
    keeps the number that it has in the table itself."""
    order = request["order"]
    column, direction = order.removeprefix("-"), "DESC" if order.startswith("-") else "ASC"
    query = (
        f"SELECT * EXCLUDE (file_row_number), file_row_number AS {PLACE}"  # noqa: S608
        f" FROM read_parquet({quoted(request['base'])}, file_row_number = true)"
        f" ORDER BY {quoted_name(column)} {direction} NULLS LAST, file_row_number"
    )
    return {"columns": [], "row_count": copied(connection, query, request["target"])}
