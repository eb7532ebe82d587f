"""The answer of a query as a Parquet file. Runs in the worker process only.

The query is somebody's: it is checked as every query is, and its connection opens nothing but the
dataset and the new file.
"""

from typing import Any

import duckdb

from ouro_web.datasets import statement
from ouro_web.datasets.column_names import column_names
from ouro_web.datasets.column_types import settled
from ouro_web.datasets.engine import connected, copied, quoted, quoted_name
from ouro_web.datasets.sources import MAX_COLUMNS

Request = dict[str, Any]


def engine(request: Request) -> duckdb.DuckDBPyConnection:
    views = {"dataset": f"read_parquet({quoted(request['base'])})"}
    return connected([request["base"], request["target"]], views=views)


def write(connection: duckdb.DuckDBPyConnection, request: Request) -> dict[str, Any]:
    sql = request["sql"].strip().rstrip(";")
    statement.only_reads(connection, sql)
    found = connection.execute(f"DESCRIBE SELECT * FROM (\n{sql}\n)").fetchall()  # noqa: S608 - checked
    if len(found) > MAX_COLUMNS:
        raise statement.RefusalError(f"The answer has {len(found)} columns; {MAX_COLUMNS} fit.")
    names = column_names([str(row[0]) for row in found])
    types = [settled(str(row[1])) for row in found]
    chosen = ", ".join(
        f"{_value(place, str(row[1]), kind)} AS {quoted_name(name)}"
        for place, (row, name, kind) in enumerate(zip(found, names, types, strict=True))
    )
    places = ", ".join(f"c{place}" for place in range(len(found)))
    count = copied(
        connection,
        f"SELECT {chosen} FROM (\n{sql}\n) AS answer({places})",  # noqa: S608 - checked above
        request["target"],
    )
    together = zip(names, types, strict=True)
    return {"columns": [{"name": one, "type": kind} for one, kind in together], "row_count": count}


def _value(place: int, given: str, kind: str) -> str:
    if given.endswith("]") or given.startswith(("STRUCT", "MAP", "UNION")):
        return f"CAST(to_json(c{place}) AS VARCHAR)"
    return f"CAST(c{place} AS {kind})"
