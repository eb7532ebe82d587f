"""Reads the engine's own syntax tree of a query and says what does not belong in it.

The engine's settings already keep a query from files, writes and other data. This gives clear
words first, and keeps the engine's catalogue, which knows the file's path, out of answers.
"""

import json
from collections.abc import Iterator
from typing import Any

import duckdb

TABLE = "dataset"
MAX_LENGTH = 50_000
NOT_A_SELECT = "Write one SELECT statement. This is a read-only query."
ONE_STATEMENT = "Write one statement only. Here are several, separated by a semicolon."
NO_WRITING = "Queries only read. INSERT, UPDATE, DELETE and the like are not possible here."
ONLY_TABLE = "Only {{table}} can be read here."
TOO_DEEP = "The query is nested too deeply."

ROW_MAKERS = {
    "generate_series",
    "range",
    "unnest",
    "repeat",
    "repeat_row",
    "json_each",
    "json_tree",
}
CATALOGUE = ("duckdb_", "sqlite_", "pg_", "pragma_", "information_schema")
INNER = {
    "current_setting", "current_database", "current_schema", "current_schemas", "current_catalog",
    "getvariable", "getenv", "version", "in_search_path", "query", "query_table", "which_secret",
    "json_serialize_sql", "json_serialize_plan", "json_deserialize_sql",
    "json_execute_serialized_sql",
    "read_text", "read_blob", "set_config", "txid_current", "write_log", "parse_duckdb_log_message",
    "add_parquet_key", "create_sort_key",
}  # fmt: skip


class RefusalError(Exception):
    """What is wrong, in words for the person, and where (a byte offset, or None)."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


def only_reads(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise RefusalError unless the text is one statement that only reads our one table."""
    statements = connection.extract_statements(sql)
    if len(statements) > 1:
        raise RefusalError(ONE_STATEMENT)
    if not statements or statements[0].type != duckdb.StatementType.SELECT:
        raise RefusalError(NOT_A_SELECT)
    tree = connection.execute("SELECT json_serialize_sql($1)", [sql]).fetchone()
    check(tree[0] if tree else "{}")


def check(tree: str) -> None:
    """Raise RefusalError unless the serialised statement only reads our one table."""
    try:
        document = json.loads(tree)
    except RecursionError:
        raise RefusalError(TOO_DEEP) from None
    if document.get("error"):
        raise RefusalError(NOT_A_SELECT)
    nodes = list(_nodes(document))
    known = {TABLE} | {name for node in nodes for name in _own_names(node)}
    for node in nodes:
        _check_node(node, known)


def _nodes(document: Any) -> Iterator[dict[str, Any]]:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _own_names(node: dict[str, Any]) -> Iterator[str]:
    cte_map = node.get("cte_map")
    for entry in cte_map["map"] if isinstance(cte_map, dict) else []:
        name = str(entry["key"]).lower()
        if not name.startswith(CATALOGUE):
            yield name


def _check_node(node: dict[str, Any], known: set[str]) -> None:
    kind = str(node.get("type", ""))
    if kind in {"INSERT_QUERY_NODE", "UPDATE_QUERY_NODE", "DELETE_QUERY_NODE", "MERGE_QUERY_NODE"}:
        raise RefusalError(NO_WRITING)
    if kind == "BASE_TABLE":
        _check_table(node, known)
    elif kind == "TABLE_FUNCTION":
        _check_row_maker(node)
    elif kind == "SHOW_REF":
        _check_show(node)
    elif node.get("class") == "FUNCTION":
        _check_function(node)


def _check_table(node: dict[str, Any], known: set[str]) -> None:
    plain = not node.get("schema_name") and not node.get("catalog_name")
    if not plain or str(node.get("table_name")).lower() not in known:
        raise RefusalError(ONLY_TABLE, _position(node))


def _check_row_maker(node: dict[str, Any]) -> None:
    function = node.get("function") or {}
    if str(function.get("function_name")).lower() not in ROW_MAKERS or function.get("schema"):
        raise RefusalError(ONLY_TABLE, _position(node))


def _check_show(node: dict[str, Any]) -> None:
    if not node.get("query"):
        raise RefusalError(NOT_A_SELECT)


def _check_function(node: dict[str, Any]) -> None:
    name = str(node.get("function_name", "")).lower()
    if name in INNER or name.startswith((*CATALOGUE, "read_", "parquet_")):
        raise RefusalError(f"The function {name} is not available here.", _position(node))


def _position(node: dict[str, Any]) -> int | None:
    position = node.get("query_location")
    # The engine writes the largest 64-bit number where it knows no place.
    return position if isinstance(position, int) and position < MAX_LENGTH * 4 else None
