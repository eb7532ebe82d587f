"""Connections to the engine, closed to everything but the paths they are given. Runs in the worker
process only; SQL elsewhere in it is put together from quoted names and paths of our own."""

from collections.abc import Iterable, Mapping

import duckdb

Setting = str | bool | int | float | list[str]

SETTINGS: dict[str, Setting] = {
    "threads": "1",
    "memory_limit": "200MB",
    "temp_directory": "",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
}
FOR_WRITING: dict[str, Setting] = {**SETTINGS, "memory_limit": "600MB"}

# Row groups of this size cost a page of rows at any depth a third of what the engine's own cost,
# and a file hardly anything.
PARQUET = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 40960, USE_TMP_FILE false)"


def connected(
    paths: Iterable[str | None],
    settings: Mapping[str, Setting] = FOR_WRITING,
    *,
    views: Mapping[str, str] | None = None,
) -> duckdb.DuckDBPyConnection:
    """Only these paths can be opened. `views` are names and the tables they stand for."""
    connection = duckdb.connect(":memory:", config=dict(settings))
    allowed = ", ".join(quoted(path) for path in paths if path)
    connection.execute(f"SET allowed_paths = [{allowed}]")
    for name, table in (views or {}).items():
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {table}")  # noqa: S608
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET errors_as_json = true")
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    connection.execute("SET lock_configuration = true")
    return connection


def copied(connection: duckdb.DuckDBPyConnection, query: str, target: str) -> int:
    """How many rows of the query are in the Parquet file now."""
    done = connection.execute(f"COPY ({query}\n) TO {quoted(target)} {PARQUET}").fetchone()
    return int(done[0]) if done else 0


def one(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def quoted_name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
