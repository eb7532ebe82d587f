"""Makes a new Parquet file of a dataset's present one and of rows that are written to it. Runs in
the worker process only.

SQL is put together here from quoted names and paths of our own, and from types that the engine or
our own table of types has named.
"""

from collections.abc import Iterable
from typing import Any

import duckdb

from ouro_web.datasets import sources
from ouro_web.datasets.engine import connected, copied, one, quoted, quoted_name
from ouro_web.datasets.statement import RefusalError

Request = dict[str, Any]
Engine = duckdb.DuckDBPyConnection


def engine(request: Request) -> Engine:
    arriving = request.get("arriving") or {}
    paths = [request.get("base"), request["target"], arriving.get("source")]
    return connected([*paths, arriving.get("scratch")])


def write(connection: Engine, request: Request) -> dict[str, Any]:
    """`base` is the present file, `columns` the new table's ones, `arriving` a source whose columns
    are named and typed as in the table; see `_select` and `_merged`."""
    counts = {"inserted": 0, "updated": 0, "skipped": 0}
    by_key = request.get("mode") in ("upsert", "update")
    query = _select(request)
    if request.get("arriving"):
        reading = sources.known(request["arriving"])
        request = {**request, "given": [column["name"] for column in reading.columns]}
        if by_key:
            counts = _take_in(connection, reading, request)
        query = _merged(request, "fresh" if by_key else f"({reading.query()})")
    total = copied(connection, query, request["target"])
    _check(connection, f"read_parquet({quoted(request['target'])})", request)
    if request.get("arriving") and not by_key:
        counts["inserted"] = total - _present(connection, request)
    return {**counts, "row_count": total}


def _present(connection: Engine, request: Request) -> int:
    """How many of the new table's rows were there before, where no row was changed."""
    if request["mode"] == "overwrite" or not request.get("base"):
        return 0
    return one(connection, f"SELECT count(*) FROM {_base(request)}")  # noqa: S608


def _take_in(connection: Engine, reading: sources.Reading, request: Request) -> dict[str, int]:
    """The given rows as the table `fresh`; of several with one key the last."""
    connection.execute(f"CREATE TEMP TABLE fresh AS {reading.query()}")
    given = one(connection, "SELECT count(*) FROM fresh")
    _keep_last(connection, request["key"])
    kept = one(connection, "SELECT count(*) FROM fresh")
    known = one(
        connection,
        f"SELECT count(*) FROM fresh AS f SEMI JOIN {_base(request)} AS b"  # noqa: S608
        f" ON {_same_key(request)}",
    )
    if request["mode"] == "update":
        return {"inserted": 0, "updated": known, "skipped": given - known}
    return {"inserted": kept - known, "updated": known, "skipped": given - kept}


def _keep_last(connection: Engine, key: list[str]) -> None:
    by = ", ".join(map(quoted_name, key))
    known = " AND ".join(f"{quoted_name(name)} IS NOT NULL" for name in key)
    connection.execute(
        "DELETE FROM fresh WHERE rowid NOT IN"  # noqa: S608
        f" (SELECT max(rowid) FROM fresh WHERE {known} GROUP BY {by}) AND {known}"
    )


def _merged(request: Request, fresh_rows: str) -> str:
    """The present rows, with the given ones appended, put in their place, or alone."""
    names = [column["name"] for column in request["columns"]]
    given = request["given"]
    fresh = ", ".join(
        quoted_name(name) if name in given else f"NULL AS {quoted_name(name)}" for name in names
    )
    present = ", ".join(map(quoted_name, names))
    if request["mode"] == "overwrite" or not request.get("base"):
        return f"SELECT {_cast(request, given)} FROM {fresh_rows}"  # noqa: S608
    if request["mode"] == "append":
        more = f"UNION ALL SELECT {fresh} FROM {fresh_rows}"  # noqa: S608
        return f"SELECT {present} FROM {_base(request)} {more}"  # noqa: S608
    changed = _changed(request, names)
    if request["mode"] == "update":
        return changed
    return (
        f"SELECT * FROM ({changed}) UNION ALL SELECT {fresh} FROM fresh AS f"  # noqa: S608
        f" ANTI JOIN {_base(request)} AS b ON {_same_key(request)}"
    )


def _changed(request: Request, names: list[str]) -> str:
    """The present rows in their order, those with a given key with the given values."""
    whole = request["mode"] == "upsert"
    values = []
    for name in names:
        column = quoted_name(name)
        if name in request["given"]:
            values.append(
                f"CASE WHEN f.rowid IS NULL THEN b.{column} ELSE f.{column} END AS {column}"
            )
        elif whole:
            values.append(f"CASE WHEN f.rowid IS NULL THEN b.{column} END AS {column}")
        else:
            values.append(f"b.{column} AS {column}")
    return (
        f"SELECT {', '.join(values)} FROM {_base(request, numbered=True)} AS b"  # noqa: S608
        f" LEFT JOIN (SELECT *, rowid FROM fresh) AS f ON {_same_key(request)}"
        " ORDER BY b.file_row_number"
    )


def _select(request: Request) -> str:
    """The present rows under changed columns: [{"name", "type", "from"}], "" for a new one."""
    if not request.get("base"):
        return f"SELECT {_cast(request, {})} WHERE false"
    values = [
        f"CAST({_origin(column)} AS {column['type']}) AS {quoted_name(column['name'])}"
        for column in request["columns"]
    ]
    return f"SELECT {', '.join(values)} FROM {_base(request)}"  # noqa: S608


def _origin(column: dict[str, Any]) -> str:
    name = column.get("from", column["name"])
    return quoted_name(name) if name else "NULL"


def _cast(request: Request, given: Iterable[str]) -> str:
    return ", ".join(
        f"CAST({quoted_name(column['name']) if column['name'] in given else 'NULL'}"
        f" AS {column['type']}) AS {quoted_name(column['name'])}"
        for column in request["columns"]
    )


def _base(request: Request, *, numbered: bool = False) -> str:
    more = ", file_row_number = true" if numbered else ""
    return f"read_parquet({quoted(request['base'])}{more})"


def _same_key(request: Request) -> str:
    return " AND ".join(f"f.{quoted_name(name)} = b.{quoted_name(name)}" for name in request["key"])


def _check(connection: Engine, table: str, request: Request) -> None:
    """What was declared of the columns holds for every row of the new file."""
    for column in request["columns"]:
        name = quoted_name(column["name"])
        if column.get("required") and one(
            connection,
            f"SELECT count(*) FROM {table} WHERE {name} IS NULL",  # noqa: S608
        ):
            raise RefusalError(f"The column “{column['name']}” needs a value in every row.")
        if column.get("enum_values"):
            _check_values(connection, table, column)
    for key in request.get("unique", []):
        _check_unique(connection, table, key)


def _check_values(connection: Engine, table: str, column: dict[str, Any]) -> None:
    name = quoted_name(column["name"])
    listed = ", ".join(quoted(str(value)) for value in column["enum_values"])
    odd = connection.execute(
        f"SELECT {name} FROM {table} WHERE {name} NOT IN ({listed}) LIMIT 1"  # noqa: S608
    ).fetchone()
    if odd:
        choices = ", ".join(column["enum_values"][:12])
        raise RefusalError(
            f"“{str(odd[0])[:60]}” is none of the values of “{column['name']}”: {choices}."
        )


def _check_unique(connection: Engine, table: str, key: list[str]) -> None:
    by = ", ".join(map(quoted_name, key))
    known = " AND ".join(f"{quoted_name(name)} IS NOT NULL" for name in key)
    twice = connection.execute(
        f"SELECT {by} FROM {table} WHERE {known} GROUP BY {by} HAVING count(*) > 1 LIMIT 1"  # noqa: S608
    ).fetchone()
    if twice:
        value = ", ".join(str(part)[:60] for part in twice)
        raise RefusalError(f"“{value}” would stand twice in {', '.join(key)}, which is unique.")
