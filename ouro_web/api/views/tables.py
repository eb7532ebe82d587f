"""Parts of a dataset: its columns, indexes and saved views."""

from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Field, Schema

from ouro_web.api.errors import Refusal
from ouro_web.api.http import Request, answer, find, router
from ouro_web.api.shapes import datasets as shapes
from ouro_web.datasets import charts, columns, saved_views
from ouro_web.datasets.columns import Change
from ouro_web.datasets.models import Dataset, SavedView

tables = router("Datasets")


class NewColumn(Schema):
    name: str = Field(min_length=1, max_length=200)
    type: str = "text"
    nullable: bool = True
    label: str | None = None
    enumValues: list[str] | None = None  # noqa: N815 - the client's spelling


class ChangedColumn(Schema):
    newName: str | None = None  # noqa: N815
    type: str | None = None
    label: str | None = None
    enumValues: list[str] | None = None  # noqa: N815


class Index(Schema):
    columns: list[str]
    unique: bool = False


class View(Schema):
    name: str | None = None
    description: str | None = None
    sql_query: str | None = None
    config: dict[str, Any] | None = None
    prompt: str | None = None


@tables.post("/datasets/{asset:pk}/columns")
def add_column(request: Request, pk: str, body: NewColumn) -> Any:
    """A new column, empty in all rows."""
    row = find(Dataset, request, pk, "editable_by")
    wanted = Change(kind=body.type, label=body.label, enum_values=body.enumValues)
    by = request.auth.user
    columns.add(row, name=body.name, change=wanted, nullable=body.nullable, by=by)
    return answer(shapes.columns(row))


@tables.patch("/datasets/{asset:pk}/columns/{str:name}")
def change_column(request: Request, pk: str, name: str, body: ChangedColumn) -> Any:
    """Rename, retype or label a column, or say which values it may hold."""
    row = find(Dataset, request, pk, "editable_by")
    wanted = Change(body.newName, body.type, body.label, body.enumValues)
    columns.change(row, _known(row, name), wanted, by=request.auth.user)
    return answer(shapes.columns(row))


@tables.delete("/datasets/{asset:pk}/columns/{str:name}")
def drop_column(request: Request, pk: str, name: str) -> Any:
    """Take a column out of a dataset, with what is in it."""
    row = find(Dataset, request, pk, "editable_by")
    columns.drop(row, _known(row, name), by=request.auth.user)
    return answer(shapes.columns(row))


@tables.get("/datasets/{asset:pk}/indexes")
def indexes(request: Request, pk: str) -> Any:
    """The indexes of a dataset."""
    return answer([shapes.index(each) for each in find(Dataset, request, pk).indexes])


@tables.post("/datasets/{asset:pk}/indexes")
def add_index(request: Request, pk: str, body: Index) -> Any:
    """An index. A unique one is the key for `upsert` and `update`."""
    row = find(Dataset, request, pk, "editable_by")
    return answer(shapes.index(columns.add_index(row, columns=body.columns, unique=body.unique)))


@tables.delete("/datasets/{asset:pk}/indexes/{str:name}")
def drop_index(request: Request, pk: str, name: str) -> Any:
    """Take an index away."""
    row = find(Dataset, request, pk, "editable_by")
    if not columns.drop_index(row, name):
        raise Http404
    return answer({"name": name, "deleted": True})


@tables.get("/datasets/{asset:pk}/visualizations")
def views(request: Request, pk: str) -> Any:
    """The saved views: queries with how they are drawn."""
    row = find(Dataset, request, pk, "readable_by")
    return answer([shapes.view(each) for each in row.views.all()])


@tables.post("/datasets/{asset:pk}/visualizations")
def add_view(request: Request, pk: str, body: View) -> Any:
    """Save a view: a query, and how its answer is drawn."""
    return _saved(request, find(Dataset, request, pk, "editable_by"), body)


@tables.put("/datasets/{asset:pk}/visualizations/{uuid:view_id}")
def change_view(request: Request, pk: str, view_id: UUID, body: View) -> Any:
    """Change a view."""
    row = find(Dataset, request, pk, "editable_by")
    return _saved(request, row, body, get_object_or_404(row.views, pk=view_id))


@tables.delete("/datasets/{asset:pk}/visualizations/{uuid:view_id}")
def delete_view(request: Request, pk: str, view_id: UUID) -> Any:
    """Delete a view. The data stays."""
    row = find(Dataset, request, pk, "editable_by")
    get_object_or_404(row.views, pk=view_id).delete()
    return answer({"id": view_id, "deleted": True})


@tables.get("/visualizations/schema")
def view_schema(request: Request) -> Any:
    """JSON Schema of how a view is drawn."""
    return answer(charts.SCHEMA)


def _saved(request: Request, row: Dataset, body: View, view: SavedView | None = None) -> Any:
    if body.prompt and body.sql_query is None and body.config is None:
        message = "This site draws no views from words; give sql_query and config."
        raise Refusal(400, message, code="no_query")
    saved, sample, warnings = saved_views.save(
        row, by=request.auth.user, view=view, name=body.name, description=body.description,
        sql=body.sql_query, config=body.config,
    )  # fmt: skip
    return answer({**shapes.view(saved), "sample_rows": sample, "warnings": warnings})


def _known(row: Dataset, name: str) -> str:
    """As the table calls it; a name may come encoded twice."""
    names = {column["name"] for column in row.columns}
    for called in (name, unquote(name), name.lower()):
        if called in names:
            return called
    raise Http404
