"""Changing the columns of a dataset: its table is made anew with the other columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.datasets import references, tables
from ouro_web.datasets.column_names import column_names
from ouro_web.datasets.column_types import engine_type
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.versions import same_rows, switch
from ouro_web.datasets.writing import attempted, rewritten

MOST_COLUMNS = 1_000
MOST_VALUES = 1_000
MOST_INDEXES = 16
MOST_INDEXED = 4
REFERENCES = ("asset", "action")

Column = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """What is to become of a column; None leaves it as it is."""

    new_name: str | None = None
    kind: str | None = None
    label: str | None = None
    enum_values: list[str] | None = None
    refers: bool | None = None  # False: no longer ids of things here


def add(
    dataset: Dataset,
    *,
    name: str,
    change: Change,
    nullable: bool = True,
    by: User | None = None,
) -> None:
    """A new column, empty in all rows. Raises ValidationError at "name", "type" or "enumValues"."""
    if not nullable and dataset.row_count:
        raise ValidationError(
            {"nullable": "The dataset has rows, and in a new column they are empty."}
        )
    [called] = column_names([name])
    column: Column = {"name": called, "type": "VARCHAR", **({} if nullable else {"required": True})}

    def added(columns: list[Column]) -> list[Column]:
        if any(one["name"] == called for one in columns):
            raise ValidationError({"name": f"There is a column “{called}” already."})
        if len(columns) >= MOST_COLUMNS:
            raise ValidationError({"name": f"A dataset has at most {MOST_COLUMNS} columns."})
        return [*columns, {**_changed(column, change), "from": ""}]

    _rewrite(dataset, added, by=by)


def change(dataset: Dataset, name: str, wanted: Change, *, by: User | None = None) -> None:
    """Rename, retype, label a column, or say what values it has."""

    def changed(columns: list[Column]) -> list[Column]:
        new = [_changed(one, wanted) if one["name"] == name else one for one in columns]
        names = [one["name"] for one in new]
        if len(set(names)) < len(names):
            raise ValidationError({"newName": "There is a column of this name already."})
        return new

    found(dataset, name)
    indexes = _renamed_in_indexes(dataset, name, wanted)
    _rewrite(dataset, changed, indexes=indexes, by=by)


def drop(dataset: Dataset, name: str, *, by: User | None = None) -> None:
    found(dataset, name)
    if len(dataset.columns) == 1:
        raise ValidationError({"column": "It is the only column. Delete the dataset instead."})
    indexes = [index for index in dataset.indexes if name not in index["columns"]]

    def dropped(columns: list[Column]) -> list[Column]:
        return [one for one in columns if one["name"] != name]

    _rewrite(dataset, dropped, indexes=indexes, by=by)


def found(dataset: Dataset, name: str) -> Column:
    for column in dataset.columns:
        if column["name"] == name:
            return dict(column)
    raise ValidationError({"column": f"There is no column “{name[:60]}”."})


def declare(dataset: Dataset, *, refs: Any, enums: Any, by: User) -> None:
    """Say of present columns that they hold references or a closed set of values."""
    columns = declared(dataset.columns, refs=refs, enums=enums)
    if columns == dataset.columns:
        return
    told = [column for column in columns if column.get("ref_kind")]
    rows = tables.all_rows(dataset) if told else iter(())
    names = [column["name"] for column in dataset.columns]
    _, refused = references.checked([dict(zip(names, row, strict=True)) for row in rows], told, by)
    if refused:
        says = f"{len(refused)} rows hold something else than the id of a thing you can see."
        raise ValidationError({"refs": says})
    by_name = {column["name"]: column for column in columns}
    _rewrite(dataset, lambda now: [by_name.get(one["name"], one) for one in now], is_same=True)


def declared(columns: list[Column], *, refs: Any, enums: Any) -> list[Column]:
    """The columns with what is said of them. Names may be those of the rows or of the table."""
    said = _by_column(refs, columns, _reference)
    listed = _by_column(enums, columns, _values_of)
    return [{**one, **said.get(one["name"], {}), **listed.get(one["name"], {})} for one in columns]


def _by_column(
    given: Any, columns: list[Column], read: Callable[[Any], Column]
) -> dict[str, Column]:
    if not isinstance(given, dict):
        return {}
    names = {column["name"] for column in columns}
    places = {name: name if name in names else column_names([name])[0] for name in given}
    if missing := [name for name, place in places.items() if place not in names]:
        raise ValidationError({"columns": f"There is no column “{missing[0][:60]}”."})
    return {places[name]: read(value) for name, value in given.items()}


def _reference(given: Any) -> Column:
    kind = given.get("kind", "asset") if isinstance(given, dict) else given
    if kind not in REFERENCES:
        raise ValidationError({"refs": "A reference is to an asset or to an action."})
    asset_type = given.get("asset_type") if isinstance(given, dict) else None
    return {"ref_kind": kind, **({"asset_type": str(asset_type)} if asset_type else {})}


def _values_of(given: Any) -> Column:
    values = given.get("values") if isinstance(given, dict) else given
    return {"enum_values": _checked_values(values)}


def _checked_values(values: Any) -> list[str]:
    if not isinstance(values, list) or not values or len(values) > MOST_VALUES:
        raise ValidationError({"enumValues": f"Give one to {MOST_VALUES} values."})
    if any(not isinstance(value, str) or not value.strip() for value in values):
        raise ValidationError({"enumValues": "Every value must be a text that is not empty."})
    return list(dict.fromkeys(value.strip() for value in values))


def _changed(column: Column, wanted: Change) -> Column:
    new: Column = {**column, "from": column["name"]}
    if wanted.new_name is not None:
        [new["name"]] = column_names([wanted.new_name])
    if wanted.kind is not None:
        new["type"] = engine_type(wanted.kind)
        if wanted.kind != "enum":
            new.pop("enum_values", None)
        elif not wanted.enum_values and not column.get("enum_values"):
            raise ValidationError({"enumValues": "Say which values the column has."})
    if wanted.label is not None:
        new["label"] = str(wanted.label)[:255]
    if wanted.refers is False:
        new = {key: new[key] for key in new if key not in ("ref_kind", "asset_type")}
    if wanted.enum_values is not None:
        new |= {"type": "VARCHAR", "enum_values": _checked_values(wanted.enum_values)}
    return new


def _renamed_in_indexes(dataset: Dataset, name: str, wanted: Change) -> list[dict[str, Any]]:
    if wanted.new_name is None:
        return list(dataset.indexes)
    [new] = column_names([wanted.new_name])
    return [
        {**index, "columns": [new if one == name else one for one in index["columns"]]}
        for index in dataset.indexes
    ]


def _rewrite(
    dataset: Dataset,
    changed: Callable[[list[Column]], list[Column]],
    *,
    indexes: list[dict[str, Any]] | None = None,
    by: User | None = None,
    is_same: bool = False,
) -> None:
    """`is_same` where the rows stay as they are, and only more is said of them."""

    def attempt() -> bool | None:
        columns = [{"from": one["name"], **one} for one in changed(list(dataset.columns))]
        kept = dataset.indexes if indexes is None else indexes
        keys = [index["columns"] for index in kept if index.get("unique")]
        table, _ = rewritten(dataset, columns, {}, unique=keys)
        if is_same:
            return same_rows(dataset, table, indexes=kept) or None
        return switch(dataset, table, by=by, indexes=kept) or None

    attempted(dataset, attempt)


def add_index(dataset: Dataset, *, columns: list[str], unique: bool) -> dict[str, Any]:
    """The index, which is the present one when there is one on these columns.

    A table of this store is read by parts that know their smallest and largest values, so an
    index only promises: a unique one is checked now and at every write.
    """
    names = indexed(dataset.columns, columns)
    for index in dataset.indexes:
        if index["columns"] == names and bool(index.get("unique")) == unique:
            return dict(index)
    if len(dataset.indexes) >= MOST_INDEXES:
        raise ValidationError({"columns": f"A dataset has at most {MOST_INDEXES} indexes."})
    new = {"name": _index_name(dataset, names, unique), "columns": names, "unique": unique}
    _rewrite(dataset, lambda now: now, indexes=[*dataset.indexes, new], is_same=True)
    return new


def drop_index(dataset: Dataset, name: str) -> bool:
    """Whether there was one."""
    kept = [index for index in dataset.indexes if index["name"] != name]
    if len(kept) == len(dataset.indexes):
        return False
    dataset.indexes = kept
    dataset.save(update_fields=["indexes"])
    return True


def indexed(columns: list[Column], given: list[str]) -> list[str]:
    """The names of the table's columns that these mean."""
    if not 1 <= len(given) <= MOST_INDEXED or len(set(given)) < len(given):
        raise ValidationError({"columns": f"Name one to {MOST_INDEXED} different columns."})
    names = {column["name"] for column in columns}
    called = [name if name in names else column_names([name])[0] for name in given]
    if missing := [name for name in called if name not in names]:
        raise ValidationError({"columns": f"There is no column “{missing[0][:60]}”."})
    return called


def _index_name(dataset: Dataset, names: list[str], unique: bool) -> str:
    base = f"{dataset.table_name}_{'_'.join(names)}_{'key' if unique else 'idx'}"
    return base if all(index["name"] != base for index in dataset.indexes) else f"{base}_2"
