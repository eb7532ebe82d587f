"""Making a dataset, and reading pages of its rows."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import transaction

from ouro_web.accounts.models import User
from ouro_web.assets import blobs
from ouro_web.assets.models import AssetType
from ouro_web.assets.placement import Placement, base_fields
from ouro_web.datasets import arriving, kinds, making, ordering, pool, query, references
from ouro_web.datasets.column_names import PLACE
from ouro_web.datasets.conditions import Condition, quoted, where
from ouro_web.datasets.making import Table
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.refusals import QueryRefusedError

PAGE_BYTES = 32 << 20
EXPORT_BATCH = 5_000
MOST_REFERENCES = 100_000


@dataclass(frozen=True)
class Page:
    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    offset: int
    total: int
    numbers: list[int] = field(default_factory=list)  # of each row in the whole table, from 0

    @property
    def next_offset(self) -> int | None:
        after = self.offset + len(self.rows)
        return after if self.rows and after < self.total else None

    def as_dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def create(
    placement: Placement,
    *,
    name: str,
    rows: list[dict[str, Any]] | None = None,
    csv: BinaryIO | None = None,
    description: str = "",
    columns: dict[str, str] | None = None,
) -> Dataset:
    """A dataset of JSON rows, or of a CSV file whose types are worked out.

    `columns` gives names and engine types for `rows` where they are known. Raises ValidationError
    at "rows", "csv" or "name".
    """
    if not name.strip():
        raise ValidationError({"name": "Give the dataset a name."})
    table = from_csv(csv) if csv is not None else from_rows(rows or [], columns)
    return saved(placement, table, name=name, description=description)


@transaction.atomic
def saved(placement: Placement, table: Table, *, name: str, **fields: Any) -> Dataset:
    """The dataset of a finished table."""
    base = base_fields(placement, asset_type=AssetType.DATASET, name=name)
    table_name = base["slug"].replace("-", "_")
    own = {"table_name": table_name, "content_by": placement.owner}
    dataset = Dataset.objects.create(**{**base, **fields}, **table.as_fields(), **own)
    placement.made(dataset)
    return dataset


def from_csv(csv: BinaryIO) -> Table:
    with arriving.kept_for_now(csv, filename="rows.csv", field="csv") as source:
        return making.imported(source.request, field="csv")


def from_rows(rows: list[dict[str, Any]], columns: dict[str, str] | None = None) -> Table:
    if any(not isinstance(row, dict) for row in rows):
        raise ValidationError({"rows": "Every row must be an object of column names and values."})
    known = columns or kinds.columns_of(rows)
    if not known:
        raise ValidationError({"rows": "There are no rows, so there are no columns."})
    with as_lines(rows, known, kinds.named(known)) as source:
        return making.imported(source, field="rows")


@contextmanager
def as_lines(
    rows: list[dict[str, Any]], types: dict[str, str], named: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """A source of rows that came as JSON. `types` are those of the columns as the rows call them,
    `named` the same under the names they shall have."""
    path = blobs.temporary_file(".jsonl")
    together = zip(types, named.items(), strict=True)
    columns = [{"from": one, "name": name, "type": kind} for one, (name, kind) in together]
    try:
        with path.open("wb") as target:
            target.writelines(kinds.lines(rows, types))
        yield {"source": str(path), "format": "lines", "columns": columns}
    finally:
        path.unlink(missing_ok=True)


def check_references(table: Table, by: User) -> None:
    """Raises ValidationError at "rows" when a new table names what its writer cannot see."""
    for column in table.columns:
        if not column.get("ref_kind"):
            continue
        name = quoted(column["name"])
        sql = f"SELECT DISTINCT {name} FROM numbered WHERE {name} IS NOT NULL"  # noqa: S608
        request = {"path": blobs.local_path(table.key), "sql": sql, "checked": False}
        answer = pool.read({**request, "max_rows": MOST_REFERENCES, "max_bytes": PAGE_BYTES})
        found = [{column["name"]: value} for [value] in answer["rows"]]
        _, refused = references.checked(found, [column], by)
        if refused or answer["truncated"]:
            says = f"“{column['name']}” holds something else than ids of things you can see."
            raise ValidationError({"rows": says})


def rows(
    dataset: Dataset,
    *,
    limit: int,
    offset: int = 0,
    order: str = "",
    only: Sequence[Condition] = (),
    columns: Sequence[str] = (),
) -> Page:
    """Rows from `offset` on; `order` is a column's name, with a hyphen before it for descending,
    `only` what holds for each row, `columns` those to read, where not all are wanted.

    Raises QueryRefusedError for a column that is not there, or a value that is none of its type.
    """
    names = [column["name"] for column in dataset.columns]
    chosen = [name for name in names if name in columns] if columns else names
    condition, values = where(only, dataset.columns)
    listed = ", ".join(map(quoted, chosen))
    ordered = _order(order, names)
    in_order = ordering.find(dataset, order) if order and not only else None
    place = PLACE if in_order else "file_row_number"
    sql = f"SELECT {listed}, {place} FROM numbered{condition}"  # noqa: S608
    window = f"{ordered} LIMIT {int(limit)} OFFSET {int(offset)}"
    if in_order or not (order or only):
        # By position: the engine then skips the parts of the file that lie before.
        first, after = int(offset), int(offset) + int(limit)
        window = f" WHERE file_row_number >= {first} AND file_row_number < {after}"
    found = _read(dataset, sql + window, values, limit, blob=in_order)
    numbers = [int(row.pop()) for row in found.rows]
    total = count(dataset, only) if only else dataset.row_count
    return Page(found.columns[:-1], found.types[:-1], found.rows, offset, total, numbers)


def count(dataset: Dataset, only: Sequence[Condition]) -> int:
    """How many rows these conditions hold for."""
    condition, values = where(only, dataset.columns)
    found = _read(dataset, f"SELECT count(*) FROM dataset{condition}", values, 1)  # noqa: S608
    return int(found.rows[0][0])


def facet(
    dataset: Dataset, column: str, only: Sequence[Condition], *, most: int
) -> list[list[Any]]:
    """The most frequent values of a column, each with its number of rows."""
    condition, values = where(only, dataset.columns)
    name = quoted(column)
    sql = f"SELECT {name}, count(*) FROM dataset{condition} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most}"  # noqa: E501, S608
    return _read(dataset, sql, values, most).rows


def _read(
    dataset: Dataset, sql: str, values: list[str], most: int, *, blob: str | None = None
) -> query.Result:
    request = {"path": blobs.local_path(blob or dataset.blob), "sql": sql, "checked": False}
    answer = pool.read({**request, "parameters": values, "max_rows": most, "max_bytes": PAGE_BYTES})
    return query.result(answer, "", time.monotonic())


def all_rows(dataset: Dataset) -> Iterator[list[Any]]:
    """Every row in order, fetched a batch at a time; for downloads of any size."""
    offset = 0
    while offset < dataset.row_count:
        page = rows(dataset, limit=EXPORT_BATCH, offset=offset)
        if not page.rows:
            return
        yield from page.rows
        offset += len(page.rows)


def _order(order: str, names: list[str]) -> str:
    if not order:
        return ""
    column, direction = order.removeprefix("-"), "DESC" if order.startswith("-") else "ASC"
    if column not in names:
        raise QueryRefusedError(f"There is no column “{column[:60]}”.")
    return f" ORDER BY {quoted(column)} {direction} NULLS LAST, file_row_number"
