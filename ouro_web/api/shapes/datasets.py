"""Datasets, their columns, rows and views."""

from collections.abc import Iterable
from typing import Any, Protocol
from uuid import UUID, uuid5

from ouro_web.api.shapes.assets import asset, dataset_details
from ouro_web.api.shapes.people import profile
from ouro_web.assets.models import Grant
from ouro_web.datasets import tables
from ouro_web.datasets.column_types import told_type
from ouro_web.datasets.models import Dataset, SavedView
from ouro_web.datasets.refusals import QueryRefusedError

PREVIEW_ROWS = 12
NUMBERS = ("FLOAT", "DOUBLE")


class Table(Protocol):
    """A page of a dataset, or the result of a query."""

    @property
    def columns(self) -> list[str]: ...
    @property
    def types(self) -> list[str]: ...
    @property
    def rows(self) -> list[list[Any]]: ...


def dataset(row: Dataset) -> dict[str, Any]:
    return asset(row) | dataset_details(row)


def with_preview(row: Dataset) -> dict[str, Any]:
    """For those who may read the rows."""
    try:
        first = rows(tables.rows(row, limit=PREVIEW_ROWS))
    except QueryRefusedError:
        first = []
    return dataset(row) | {"preview": first}


def rows(table: Table) -> list[dict[str, Any]]:
    """As objects. Numbers that JSON does not have (NaN, the infinities) are null."""
    floating = {
        name for name, kind in zip(table.columns, table.types, strict=True) if kind in NUMBERS
    }
    found = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    for row in found:
        row.update({name: None for name in floating if isinstance(row[name], str)})
    return found


def columns(row: Dataset) -> list[dict[str, Any]]:
    return [_column(column) for column in row.columns]


def _column(column: dict[str, Any]) -> dict[str, Any]:
    values, reference = column.get("enum_values"), column.get("ref_kind")
    return {
        "column_name": column["name"],
        "data_type": told_type(column["type"]),
        "is_nullable": not column.get("required"),
        "label": column.get("label"),
        "semantic_type": "reference" if reference else "enum" if values else None,
        "ref_kind": reference,
        "asset_type": column.get("asset_type"),
        "enum_values": values,
    }


def stats(row: Dataset) -> dict[str, Any]:
    return {
        "count": row.row_count,
        "is_estimate": False,
        "columnCount": len(row.columns),
        "columns": [column["name"] for column in row.columns],
        "table_name": row.table_name,
        "schema": "datasets",
        "size_bytes": row.size,
        "table_size": row.size,
    }


def index(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": entry["name"],
        "columns": entry["columns"],
        "is_unique": bool(entry.get("unique")),
        "is_primary": False,
        "is_constraint": False,
        "size_bytes": None,
    }


def view(row: SavedView) -> dict[str, Any]:
    return {
        "id": row.pk,
        "dataset_id": row.dataset_id,
        "name": row.name,
        "description": row.description or None,
        "sql_query": row.sql or None,
        "config": row.config or None,
        "engine_type": "auto",
        "created_by": row.created_by_id,
        "created_at": row.created_at,
        "last_updated": row.updated_at,
    }


def permissions(row: Dataset, grants: Iterable[Grant]) -> list[dict[str, Any]]:
    """The owner's, then the roles given to people."""
    own = {"id": uuid5(row.pk, "owner"), "role": "admin", "granter_id": None}
    owner = {**own, "user_id": row.owner_id, "user": profile(row.owner)}
    return [_permission(row.pk, each) for each in (owner, *map(_grant, grants))]


def _grant(row: Grant) -> dict[str, Any]:
    return {
        "id": uuid5(row.asset_id, str(row.pk)),
        "role": row.role,
        "granter_id": row.given_by_id,
        "user_id": row.user_id,
        "user": profile(row.user),
        "created_at": row.created_at,
    }


def _permission(asset_id: UUID, facts: dict[str, Any]) -> dict[str, Any]:
    return {"asset_id": asset_id, "asset_type": "dataset", **facts}
