"""Datasets: made from a schema, written and read by rows, asked with SQL."""

from typing import Any

from django.core.exceptions import ValidationError
from ninja import Field, Schema

from ouro_web.api import giving
from ouro_web.api.bodies import Given
from ouro_web.api.errors import Refusal
from ouro_web.api.http import Request, answer, bounds, find, router
from ouro_web.api.removing import removed
from ouro_web.api.resolving import resolved
from ouro_web.api.shapes import datasets as shapes
from ouro_web.assets.changing import change
from ouro_web.datasets import columns, query, tables, writing
from ouro_web.datasets.column_types import declared_columns
from ouro_web.datasets.creating import create_with_columns
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.refusals import QueryRefusedError

datasets = router("Datasets")

LARGEST_PAGE = 10_000
PAGE = 1_000


class DatasetGiven(Given):
    """`schema` is a CREATE TABLE statement; `metadata.columns` are the names in the rows."""

    table: str | None = Field(None, alias="schema")
    rows: list[dict[str, Any]] | None = None
    metadata: dict[str, Any] | None = None
    refs: dict[str, Any] | None = None
    enum_columns: dict[str, Any] | None = None
    indexes: list[dict[str, Any]] | None = None


class DatasetBody(Schema):
    dataset: DatasetGiven


class Rows(Schema):
    rows: list[dict[str, Any]]
    mode: str = Field("append", description="append, overwrite, upsert or update")
    finalize: bool = True


class Query(Schema):
    query: str | None = Field(
        None, examples=["SELECT island, count(*) AS n FROM {{table}} GROUP BY 1"]
    )
    prompt: str | None = None
    limit: int | None = Field(None, ge=1, le=LARGEST_PAGE)
    offset: int = Field(0, ge=0, le=2**31)
    resolve_refs: bool = False


@datasets.post("/datasets/create/from-schema")
def create(request: Request, body: DatasetBody) -> Any:
    """Make a dataset of typed columns, with all its rows or with none yet."""
    given = body.dataset
    metadata = given.metadata or {}
    made, done = create_with_columns(
        giving.place(request, given),
        name=given.name or "",
        kinds_of=declared_columns(given.table or "", _names(metadata)),
        rows=given.rows,
        refs=given.refs or metadata.get("refs"),
        enums=given.enum_columns or metadata.get("enum_columns"),
        indexes=given.indexes,
        **giving.columns(given),
    )
    shape = shapes.with_preview(find(Dataset, request, made.pk))
    return answer(shape, **_ingested(done))


@datasets.get("/datasets/{asset:pk}/schema")
def schema(request: Request, pk: str) -> Any:
    """The columns in order."""
    return answer(shapes.columns(find(Dataset, request, pk)))


@datasets.get("/datasets/{asset:pk}/stats")
def stats(request: Request, pk: str) -> Any:
    """How many rows and columns a dataset has, and how large it is."""
    return answer(shapes.stats(find(Dataset, request, pk)))


@datasets.get("/datasets/{asset:pk}/permissions")
def permissions(request: Request, pk: str) -> Any:
    """Who has a role on it, for its admins."""
    row = find(Dataset, request, pk, "managed_by")
    return answer(shapes.permissions(row, row.grants.select_related("user").order_by("pk")))


@datasets.get("/datasets/{asset:pk}/data")
def rows(request: Request, pk: str, cursor: str = "", resolve_refs: bool = False) -> Any:
    """A page of rows in their order, by `limit` and `offset` or the `cursor` of the page before."""
    row = find(Dataset, request, pk, "readable_by")
    limit, offset = bounds(request, default=PAGE, largest=LARGEST_PAGE)
    if cursor:
        offset = _place(cursor)
    page = _answered(lambda: tables.rows(row, limit=limit or PAGE, offset=offset))
    found, after = shapes.rows(page), page.next_offset
    pagination = {
        "hasMore": after is not None,
        "total": page.total,
        "offset": offset,
        "limit": limit,
        "nextCursor": {"cursor": str(after)} if after is not None else None,
    }
    return answer(found, pagination=pagination, **_refs(request, row, found, resolve_refs))


@datasets.post("/datasets/{asset:pk}/data")
def write(request: Request, pk: str, body: Rows) -> Any:
    """Write rows. `append` adds them, `overwrite` puts them in place of all, `upsert` in place of
    those with the same key, `update` sets the given columns of rows that are there."""
    row = find(Dataset, request, pk, "editable_by")
    done = writing.write(row, body.rows, mode=body.mode, by=request.auth.user)
    return answer(done.as_json(), **_ingested(done))


@datasets.post("/datasets/{asset:pk}/query-custom")
def ask(request: Request, pk: str, body: Query) -> Any:
    """Read-only SQL over `{{table}}`, ended after 10 seconds. With `limit` and `offset`, a page."""
    row = find(Dataset, request, pk, "readable_by")
    if body.query is None:
        raise Refusal(400, _NO_PROMPTS if body.prompt else "Give a query.", code="no_query")
    sql, person = body.query, request.auth.user.pk
    if body.limit is None:
        result = _answered(lambda: query.run(row, sql, person=person))
        return answer(shapes.rows(result), query=sql, truncated=result.truncated)
    limit, offset = body.limit, body.offset
    result, total = _answered(
        lambda: query.run_page(row, sql, limit=limit, offset=offset, person=person)
    )
    more = offset + len(result.rows) < total and bool(result.rows)
    pagination = {"hasMore": more, "total": total, "offset": offset, "limit": limit}
    found = shapes.rows(result)
    refs = _refs(request, row, found, body.resolve_refs)
    return answer(found, pagination=pagination, query=sql, **refs)


@datasets.get("/datasets/{asset:pk}")
def retrieve(request: Request, pk: str) -> Any:
    """A dataset by its id, or as creator/name, with its first rows for those who may read them."""
    row = find(Dataset, request, pk)
    readable = Dataset.objects.readable_by(request.auth.user).filter(pk=row.pk).exists()
    return answer(shapes.with_preview(row) if readable else shapes.dataset(row))


@datasets.put("/datasets/{asset:pk}")
def update(request: Request, pk: str, body: DatasetBody) -> Any:
    """Change what is given; rows are written with `/data`."""
    row = find(Dataset, request, pk, "editable_by")
    change(row, giving.changes(request, row, body.dataset), by=request.auth.user)
    given, metadata = body.dataset, body.dataset.metadata or {}
    refs = given.refs or metadata.get("refs")
    enums = given.enum_columns or metadata.get("enum_columns")
    if refs or enums:
        columns.declare(row, refs=refs, enums=enums, by=request.auth.user)
    # Whoever made it private for its owner is told so, although she may no longer see it.
    return answer(shapes.with_preview(row))


@datasets.delete("/datasets/{asset:pk}")
def delete(request: Request, pk: str, delete_children: bool = False, dry_run: bool = False) -> Any:
    """`dry_run=true` only tells what would go."""
    row = find(Dataset, request, pk, "managed_by")
    return answer(removed(row, children=delete_children, dry_run=dry_run))


_NO_PROMPTS = "This site writes no SQL from words; send the query itself."


def _names(metadata: dict[str, Any]) -> list[str]:
    """The columns as the rows call them."""
    names = metadata.get("columns")
    return [str(name) for name in names] if isinstance(names, list) else []


def _ingested(done: writing.Ingest | None) -> dict[str, Any]:
    """Beside the data; without row_ingest the client sends all rows again."""
    if done is None:
        return {}
    warning = {"warning": done.warning} if done.warning else {}
    return {"row_ingest": done.as_json(), **warning}


def _refs(
    request: Request, row: Dataset, found: list[dict[str, Any]], wanted: bool
) -> dict[str, Any]:
    if not wanted:
        return {}
    return {"resolved_refs": resolved(row.columns, found, request.auth.user)}


def _answered[Found](asked: Any) -> Any:
    """SQL mistakes with their hint and place."""
    try:
        return asked()
    except QueryRefusedError as refused:
        place = {"line": refused.line, "column": refused.column} if refused.line else None
        raise Refusal(
            400, refused.sentence, code="invalid_sql", hint=refused.hint or None, details=place
        ) from refused


def _place(cursor: str) -> int:
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 15:
        raise ValidationError({"cursor": "This is no cursor of ours."})
    return int(cursor)
