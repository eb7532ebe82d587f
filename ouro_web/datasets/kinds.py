"""Column types of rows that came as JSON, and their lines for the engine to read."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.datasets.column_names import column_names

Row = Mapping[str, Any]

TEXT, WHOLE, NUMBER, YES_NO = "VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN"
LARGEST_WHOLE = 2**63 - 1
NO_MOMENT = ("", "NaT")  # pandas writes a missing moment as the second


def columns_of(rows: Iterable[Row]) -> dict[str, str]:
    """Every key in the order it first came, with the narrowest type that holds its values."""
    found: dict[str, str | None] = {}
    for row in rows:
        for key, value in row.items():
            found[str(key)] = _wider(found.get(str(key)), _kind(value))
    return {key: kind or TEXT for key, kind in found.items()}


def _kind(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return YES_NO
    if isinstance(value, int):
        return WHOLE if abs(value) <= LARGEST_WHOLE else NUMBER
    if isinstance(value, float):
        return NUMBER
    if isinstance(value, str):
        return _kind_of_text(value)
    return TEXT


def _kind_of_text(value: str) -> str:
    """A full ISO date or moment is one; all other text is text."""
    if len(value) == 10 and value[4:5] == "-" and _parses(date, value):
        return "DATE"
    if value[10:11] in {"T", " "} and 16 <= len(value) <= 35 and _parses(datetime, value):
        moment = datetime.fromisoformat(value)
        return "TIMESTAMP" if moment.tzinfo is None else "TIMESTAMP WITH TIME ZONE"
    return TEXT


def _parses(kind: type[date], value: str) -> bool:
    try:
        kind.fromisoformat(value)
    except ValueError:
        return False
    return True


def _wider(one: str | None, other: str | None) -> str | None:
    if one is None or other is None or one == other:
        return one or other
    if {one, other} == {WHOLE, NUMBER}:
        return NUMBER
    return TEXT


def lines(rows: Iterable[Row], columns: Mapping[str, str]) -> Iterator[bytes]:
    """One JSON object a row; what is not text in a text column is written as JSON text.

    Raises ValidationError at "rows" for a number that a column of whole numbers would round.
    """
    for number, row in enumerate(rows, start=1):
        values = {str(key): value for key, value in row.items()}
        for key, kind in columns.items():
            if kind == WHOLE and _is_broken(values.get(key)):
                says = (
                    f"Row {number}: {values[key]} does not fit “{key}”, a column of whole numbers."
                )
                raise ValidationError({"rows": says})
        whole = {key: _fitting(values.get(key), kind) for key, kind in columns.items()}
        yield json.dumps(whole, ensure_ascii=True).encode() + b"\n"


def _is_broken(value: Any) -> bool:
    return isinstance(value, float) and not value.is_integer()


def _fitting(value: Any, kind: str) -> Any:
    if value is None or (kind != TEXT and isinstance(value, str) and value in NO_MOMENT):
        return None
    if kind == NUMBER and isinstance(value, int | float):
        return str(float(value))  # NaN and Infinity have no JSON of their own
    if kind == WHOLE and isinstance(value, float):
        return int(value)
    if kind != TEXT or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def named(columns: Mapping[str, str]) -> dict[str, str]:
    """The same types under the names the dataset will have."""
    return dict(zip(column_names(list(columns)), columns.values(), strict=True))
