"""Columns that hold ids of things here. A row that names something its writer cannot see, or that
does not exist, is not written."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset

Rows = list[dict[str, Any]]


def checked(rows: Rows, columns: Iterable[dict[str, Any]], person: User) -> tuple[Rows, Rows]:
    """The rows whose references lead somewhere, and the others."""
    refused: Rows = []
    for column in columns:
        if column.get("ref_kind"):
            rows, more = _checked(rows, column, person)
            refused += more
    return rows, refused


def _checked(rows: Rows, column: dict[str, Any], person: User) -> tuple[Rows, Rows]:
    name = column["name"]
    ids = {row[name]: _id(row[name]) for row in rows if isinstance(row.get(name), str)}
    known = _known(column, {found for found in ids.values() if found}, person)
    kept: Rows = []
    refused: Rows = []
    for row in rows:
        value = row.get(name)
        is_there = value is None or (isinstance(value, str) and ids[value] in known)
        (kept if is_there else refused).append(row)
    return kept, refused


def _known(column: dict[str, Any], ids: set[UUID], person: User) -> set[UUID]:
    if column["ref_kind"] != "asset":
        return ids  # runs lie above datasets: that it is an id is all that is known here
    rows = Asset.objects.visible_to(person).filter(pk__in=ids)
    if column.get("asset_type"):
        rows = rows.filter(asset_type=column["asset_type"])
    return set(rows.values_list("pk", flat=True))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
