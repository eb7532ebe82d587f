"""Rows written to a dataset: appended, in place of all, or in place of those with the same key.

Each write makes a whole new Parquet file beside the present one; then the row is switched to it,
if nobody was first.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.assets import blobs
from ouro_web.datasets import making, references, tables
from ouro_web.datasets.column_names import column_names
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.versions import switch

MODES = ("append", "overwrite", "upsert", "update")
TRIES = 20
MOST_NAMED = 20

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Ingest:
    """How many rows a write put in, changed and left out, and what it has to say about them."""

    mode: str
    inserted: int = 0
    updated: int = 0
    skipped: int = 0
    warning: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        counts = {"inserted": self.inserted, "updated": self.updated, "skipped": self.skipped}
        return {**counts, "mode": self.mode}


def write(dataset: Dataset, rows: Rows, *, mode: str, by: User) -> Ingest:
    """Raises ValidationError at "mode" or "rows"."""
    if mode not in MODES:
        raise ValidationError({"mode": f"Choose one of {', '.join(MODES)}."})
    if any(not isinstance(row, dict) for row in rows):
        raise ValidationError({"rows": "Every row must be an object of column names and values."})
    if not rows and mode != "overwrite":
        return Ingest(mode)
    return attempted(dataset, lambda: _write(dataset, rows, mode, by))


def _write(dataset: Dataset, rows: Rows, mode: str, by: User) -> Ingest | None:
    """One try on the dataset as it is now; None when another write was first."""
    named, ignored = fitted(rows, [column["name"] for column in dataset.columns])
    kept, refused = references.checked(named, dataset.columns, by)
    given = _given(kept, dataset.columns)
    if rows and not _given(named, dataset.columns):
        raise ValidationError({"rows": "None of these columns is in the dataset."})
    key = key_of(dataset) if mode in ("upsert", "update") else []
    if missing := [name for name in key if name not in given]:
        raise ValidationError({"rows": f"Every row needs its key: {', '.join(missing)}."})
    with as_source(kept, given) as source:
        table, counts = rewritten(dataset, dataset.columns, {"mode": mode, "key": key}, source)
    if not switch(dataset, table, by=by, adds=mode == "append"):
        return None
    warning = warning_of(ignored, refused)
    skipped = counts["skipped"] + len(refused)
    return Ingest(mode, counts["inserted"], counts["updated"], skipped, warning)


def write_source(dataset: Dataset, source: dict[str, Any], *, mode: str, by: User) -> Ingest:
    """As `write`, with the rows of a file that the worker can read. Columns of other names than the
    dataset's are left out. Raises ValidationError at "mode" or "rows"."""
    if mode not in MODES:
        raise ValidationError({"mode": f"Choose one of {', '.join(MODES)}."})
    return attempted(dataset, lambda: _write_source(dataset, source, mode, by))


def _write_source(dataset: Dataset, source: dict[str, Any], mode: str, by: User) -> Ingest | None:
    types = {column["name"]: column["type"] for column in dataset.columns}
    known = [one for one in source["columns"] if one["name"] in types]
    if not known:
        raise ValidationError({"rows": "None of these columns is in the dataset."})
    key = key_of(dataset) if mode in ("upsert", "update") else []
    if missing := set(key) - {one["name"] for one in known}:
        raise ValidationError({"rows": f"Every row needs its key: {', '.join(missing)}."})
    fitting = [{**one, "type": types[one["name"]]} for one in known]
    arriving = {**source, "columns": fitting}
    table, counts = rewritten(dataset, dataset.columns, {"mode": mode, "key": key}, arriving)
    try:
        tables.check_references(table, by)
    except ValidationError:
        blobs.delete(table.key)
        raise
    if not switch(dataset, table, by=by, adds=mode == "append"):
        return None
    ignored = Counter(one["from"] for one in source["columns"] if one["name"] not in types)
    return Ingest(mode, counts["inserted"], counts["updated"], counts["skipped"],
                  warning_of(ignored, []))  # fmt: skip


def attempted[Done](dataset: Dataset, attempt: Callable[[], Done | None]) -> Done:
    """The outcome of the first attempt in which nobody else changed the table meanwhile."""
    for _ in range(TRIES):
        dataset.refresh_from_db()
        done = attempt()
        if done is not None:
            return done
    raise ValidationError({"rows": "Others write to this dataset all the time. Try again later."})


def key_of(dataset: Dataset) -> list[str]:
    """The columns that tell rows apart: those of the first unique index, else one named id."""
    for index in dataset.indexes:
        if index.get("unique"):
            return list(index["columns"])
    if any(column["name"] == "id" for column in dataset.columns):
        return ["id"]
    says = "The dataset has no key. Make a unique index of the columns that tell its rows apart."
    raise ValidationError({"mode": says})


def fitted(rows: Rows, names: list[str]) -> tuple[Rows, Counter[str]]:
    """The rows under the names of the columns, and how often each other name came."""
    called = list(dict.fromkeys(str(key) for row in rows for key in row))
    ours = dict(zip(called, column_names(called), strict=True))
    places = {key: key if key in names else ours[key] for key in called}
    ignored = Counter(key for row in rows for key in row if places[str(key)] not in names)
    kept = [
        {places[str(key)]: value for key, value in row.items() if places[str(key)] in names}
        for row in rows
    ]
    return kept, ignored


def _given(rows: Rows, columns: list[dict[str, Any]]) -> dict[str, str]:
    present = {name for row in rows for name in row}
    return {column["name"]: column["type"] for column in columns if column["name"] in present}


def rewritten(
    dataset: Dataset | None,
    columns: list[dict[str, Any]],
    request: dict[str, Any],
    arriving: dict[str, Any] | None = None,
    *,
    unique: Iterable[list[str]] | None = None,
) -> tuple[making.Table, dict[str, int]]:
    """A new Parquet file of the present one and of what arrives.

    Raises ValidationError at "rows"."""
    if unique is None:
        unique = [index["columns"] for index in (dataset.indexes if dataset else ())
                  if index.get("unique")]  # fmt: skip
    base = blobs.local_path(dataset.blob) if dataset else None
    if arriving is None and request.get("mode") == "overwrite":
        base = None  # nothing to read: an overwrite with no rows keeps the columns only
    whole = {
        **request, "base": base, "columns": columns, "unique": list(unique), "arriving": arriving,
    }  # fmt: skip
    return making.rewritten(whole, columns, field="rows")


@contextmanager
def as_source(rows: Rows, given: dict[str, str]) -> Iterator[dict[str, Any] | None]:
    """The rows for the worker; None when they hold nothing."""
    if not given:
        yield None
        return
    with tables.as_lines(rows, given, given) as source:
        yield source


def warning_of(ignored: Mapping[str, int], refused: Rows) -> dict[str, Any]:
    """In the words and keys that programs expect; {} when all went in as it came."""
    said, warning = [], dict[str, Any]()
    if ignored:
        named = [{"column": name, "count": n} for name, n in list(ignored.items())[:MOST_NAMED]]
        warning["ignored_columns"] = named
        said.append(f"No such column: {', '.join(list(ignored)[:MOST_NAMED])}.")
    if refused:
        warning["rows"] = refused[:10]
        said.append(f"{len(refused)} rows name something that is not there or that you cannot see.")
    return {"message": " ".join(said), **warning} if said else {}
