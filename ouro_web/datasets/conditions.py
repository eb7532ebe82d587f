"""Conditions on the rows of a dataset, as addresses spell them: column.operator.value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ouro_web.datasets.refusals import QueryRefusedError

# Their words, and their SQL; the column's values are cast to text where the value is a part of one.
WORDS = {
    "eq": "is", "neq": "is not", "gt": "is more than", "gte": "is at least",
    "lt": "is less than", "lte": "is at most", "contains": "contains",
    "starts": "starts with", "is": "is empty", "not": "is not empty",
}  # fmt: skip
SIGNS = {"eq": "=", "neq": "IS DISTINCT FROM", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
PARTS = {"contains": "contains", "starts": "starts_with"}
NULLS = {"is": "IS NULL", "not": "IS NOT NULL"}
LIKE = ("like", "ilike")  # how programs ask for what contains a text
MOST = 12
LONGEST = 1_000

Columns = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Condition:
    column: str
    operator: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.column}.{self.operator}.{'null' if self.operator in NULLS else self.value}"

    @property
    def words(self) -> str:
        shown = "" if self.operator in NULLS else f" {self.value}"
        return f"{self.column} {WORDS[self.operator]}{shown}"


def read(text: str, columns: Columns) -> Condition:
    """Raises QueryRefusedError for a column or an operator that there is not."""
    column, _, rest = text.partition(".")
    operator, _, value = rest.partition(".")
    if operator in LIKE:
        operator, value = "contains", value.strip("%*")
    if all(one["name"] != column for one in columns):
        raise QueryRefusedError(f"There is no column “{column[:60]}”.")
    if operator not in WORDS:
        raise QueryRefusedError(f"There is no comparison “{operator[:60]}”.")
    if "\0" in value or len(value) > LONGEST:
        raise QueryRefusedError("The value of a filter is at most 1,000 characters of text.")
    return Condition(column, operator, "" if operator in NULLS else value)


def read_all(texts: Iterable[str], columns: Columns) -> list[Condition]:
    found = [read(text, columns) for text in texts]
    if len(found) > MOST:
        raise QueryRefusedError(f"At most {MOST} filters can be set at once.")
    return found


def listed(text: str, columns: Columns) -> list[Condition]:
    """Those of an embed: joined by commas. A value that holds a comma is taken whole where what
    follows it is no condition."""
    parts: list[str] = []
    names = {one["name"] for one in columns}
    for part in text.split(","):
        column, _, rest = part.strip().partition(".")
        if parts and (column not in names or not rest):
            parts[-1] += f",{part}"
        elif part.strip():
            parts.append(part.strip())
    return read_all(parts, columns)


def where(conditions: Sequence[Condition], columns: Columns) -> tuple[str, list[str]]:
    """A WHERE clause with its parameters; empty for no conditions."""
    types = {one["name"]: one["type"] for one in columns}
    pieces: list[str] = []
    values: list[str] = []
    for condition in conditions:
        name = quoted(condition.column)
        if condition.operator in NULLS:
            pieces.append(f"{name} {NULLS[condition.operator]}")
            continue
        values.append(condition.value)
        if condition.operator in PARTS:
            function = PARTS[condition.operator]
            pieces.append(f"{function}(lower(CAST({name} AS VARCHAR)), lower(?))")
        else:
            cast = f"CAST(? AS {types[condition.column]})"
            pieces.append(f"{name} {SIGNS[condition.operator]} {cast}")
    return (f" WHERE {' AND '.join(pieces)}" if pieces else ""), values


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
