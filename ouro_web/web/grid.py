"""Rows of a dataset or a query as cells: numbers to the right, null shown, long text cut."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ouro_web.datasets.exports import spelled

LONGEST = 160
NUMBERS = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "BIGNUM",
)  # fmt: skip
SHORT = {
    "VARCHAR": "text", "BIGINT": "bigint", "INTEGER": "integer", "DOUBLE": "double",
    "BOOLEAN": "boolean", "TIMESTAMP": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "DATE": "date", "TIME": "time", "HUGEINT": "hugeint",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    name: str
    kind: str  # as people know it from PostgreSQL
    is_number: bool
    order: str = ""  # "", "ascending" or "descending"
    address: str = ""  # of the same page sorted by this column


@dataclass(frozen=True)
class Cell:
    text: str
    is_null: bool
    is_number: bool
    whole: str = ""  # all of it, where the text is cut


@dataclass(frozen=True)
class Grid:
    columns: list[Column]
    rows: list[list[Cell]]


def grid(names: Iterable[str], types: Iterable[str], rows: Iterable[list[Any]]) -> Grid:
    columns = [column(name, kind) for name, kind in zip(names, types, strict=True)]
    return Grid(columns, [_cells(row, columns) for row in rows])


def column(name: str, kind: str, **fields: str) -> Column:
    return Column(name, SHORT.get(kind, kind.lower()), kind.startswith(NUMBERS), **fields)


def _cells(row: list[Any], columns: list[Column]) -> list[Cell]:
    return [_cell(value, one) for value, one in zip(row, columns, strict=True)]


def _cell(value: Any, one: Column) -> Cell:
    text = spelled(value, one.kind)
    cut = text[:LONGEST] + "…" if len(text) > LONGEST else text
    return Cell(cut, value is None, one.is_number, text if cut != text else "")
