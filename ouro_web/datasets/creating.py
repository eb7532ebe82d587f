"""A new dataset whose columns are told beforehand, by a program that knows their types."""

from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.assets.placement import Placement
from ouro_web.datasets import columns as changing
from ouro_web.datasets import kinds, references, tables
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.writing import Ingest, Rows, as_source, fitted, rewritten, warning_of


def create_with_columns(  # noqa: PLR0913 - what a program can say of a table
    placement: Placement,
    *,
    name: str,
    kinds_of: dict[str, str],
    rows: Rows | None = None,
    refs: Any = None,
    enums: Any = None,
    indexes: Any = None,
    **fields: Any,
) -> tuple[Dataset, Ingest | None]:
    """The dataset, and what became of its rows when there were any.

    `kinds_of` gives the engine's type for each column as the rows call it. Raises ValidationError
    keyed by what is wrong.
    """
    if not name.strip():
        raise ValidationError({"name": "Give the dataset a name."})
    if any(not isinstance(row, dict) for row in rows or ()):
        raise ValidationError({"rows": "Every row must be an object of column names and values."})
    kinds_of, rows = _with_text(kinds_of, rows)
    if len(kinds_of) > changing.MOST_COLUMNS:
        raise ValidationError({"schema": f"A dataset has at most {changing.MOST_COLUMNS} columns."})
    plain = [{"name": one, "type": kind} for one, kind in kinds.named(kinds_of).items()]
    columns = changing.declared(plain, refs=refs, enums=enums)
    named = _renamed(rows or [], kinds_of)
    kept, refused = references.checked(named, columns, placement.owner)
    wanted = _indexes(indexes, columns)
    given = {column["name"]: column["type"] for column in columns}
    unique = [index["columns"] for index in wanted if index["unique"]]
    request = {"mode": "overwrite", "key": []}
    with as_source(kept, given) as source:
        table, counts = rewritten(None, columns, request, source, unique=unique)
    dataset = tables.saved(placement, table, name=name, indexes=wanted, **fields)
    if rows is None:
        return dataset, None
    warning = warning_of({}, refused)
    return dataset, Ingest("append", counts["inserted"], 0, len(refused), warning)


def _renamed(rows: Rows, kinds_of: dict[str, str]) -> Rows:
    """Under the names of the table; each key is one of the told columns."""
    places = dict(zip(kinds_of, kinds.named(kinds_of), strict=True))
    known = [{places.get(key, key): value for key, value in row.items()} for row in rows]
    kept, ignored = fitted(known, list(places.values()))
    if ignored:
        raise ValidationError({"rows": f"“{next(iter(ignored))}” is no column of the schema."})
    return kept


def _with_text(kinds_of: dict[str, str], rows: Rows | None) -> tuple[dict[str, str], Rows | None]:
    """A column told to hold whole numbers whose values come as words, as pandas' spans of time do,
    is one of text."""
    whole = {name for name, kind in kinds_of.items() if kind == kinds.WHOLE}
    words = {
        name
        for row in rows or ()
        for name in whole & row.keys()
        if isinstance(row[name], str) and _is_word(row[name])
    }
    if not words or rows is None:
        return kinds_of, rows
    types = {name: kinds.TEXT if name in words else kind for name, kind in kinds_of.items()}
    return types, [
        {name: None if name in words and value in kinds.NO_MOMENT else value
         for name, value in row.items()}
        for row in rows
    ]  # fmt: skip


def _is_word(text: str) -> bool:
    if text in kinds.NO_MOMENT:
        return False
    try:
        int(text)
    except ValueError:
        return True
    return False


def _indexes(given: Any, columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted: list[dict[str, Any]] = []
    for entry in given if isinstance(given, list) else []:
        names = entry.get("columns") if isinstance(entry, dict) else None
        if not isinstance(names, list):
            raise ValidationError({"indexes": "An index names its columns."})
        called = changing.indexed(columns, [str(name) for name in names])
        unique = bool(entry.get("unique"))
        name = f"{'_'.join(called)}_{'key' if unique else 'idx'}"
        wanted.append({"name": name, "columns": called, "unique": unique})
    return wanted
