"""Datasets: the list, making one, its rows, its schema, its SQL console, its downloads."""

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from ouro_web.assets import search
from ouro_web.assets.access import Person, Visibility, may_read, may_see
from ouro_web.assets.models import Asset, AssetType
from ouro_web.datasets import exports, query, snapshots
from ouro_web.datasets.models import Dataset, DatasetVersion
from ouro_web.datasets.refusals import QueryRefusedError
from ouro_web.lib import kept
from ouro_web.lib.kept import slot
from ouro_web.web import lineage, looks, provenance, rows_page
from ouro_web.web.content import streamed
from ouro_web.web.frame import default_placement
from ouro_web.web.grid import Column, column, grid
from ouro_web.web.http import Request, SignedInRequest, render, wanted_part
from ouro_web.web.lookup import readable, rights, visible_asset
from ouro_web.web.paging import address, page_of
from ouro_web.web.views import dataset_versions

CONSOLE_ROWS = 1_000
EXAMPLE = "select *\nfrom {{table}}\nlimit 20"


_at: kept.Rows[Dataset] = kept.Rows(
    lambda: (
        QuerySet(Dataset)
        .filter(namespace=slot(Dataset, "namespace"), slug=slot(Dataset, "slug"))
        .select_related("owner", "organization", "team", "parent")
    )
)
_versions = kept.Rows(
    lambda: (
        DatasetVersion.objects.filter(dataset=slot(DatasetVersion, "dataset"))
        .select_related("content_by")
        .defer("columns", "indexes")
    )
)


@require_safe
def list_datasets(request: Request) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    mine = "mine" in request.GET and request.user.is_authenticated
    rows = Asset.objects.visible_to(request.user).filter(asset_type=AssetType.DATASET)
    rows = search.find(rows, text)
    if mine:
        rows = rows.filter(owner=cast(Any, request.user))
    page = page_of(request, rows.for_cards())
    context = {"page": page, "text": text, "mine": mine, "narrowed": bool(text or mine)}
    return render(request, "datasets/list.html", context)


@require_safe
def by_id(request: Request, pk: UUID) -> HttpResponse:
    return redirect(visible_asset(request.user, pk))


def found(person: Person, owner: str, slug: str) -> tuple[Dataset, bool]:
    """The dataset at this address, and whether the person may read its rows."""
    dataset = _at.first(namespace=owner, slug=slug)
    if dataset is None or not may_see(dataset.pk, person):
        raise Http404
    return dataset, may_read(dataset.pk, person)


def asker(request: Request) -> object:
    """Whom a query counts for."""
    return request.user.pk or request.META.get("REMOTE_ADDR", "")


def frame(request: Request, dataset: Dataset, is_readable: bool, tab: str) -> dict[str, Any]:
    return {
        "dataset": dataset,
        "asset": dataset,
        "tab": tab,
        "can_read": is_readable,
        **rights(request.user, dataset),
    }


@require_safe
def detail(request: Request, owner: str, slug: str) -> HttpResponse:
    now, is_readable = found(request.user, owner, slug)
    dataset = dataset_versions.asked(request, now) if is_readable else now
    context = frame(request, dataset, is_readable, "data")
    context |= {"is_old": dataset is not now}
    if is_readable:
        try:
            if link := rows_page.added(request, dataset):
                return redirect(link)
            context |= rows_page.context(request, dataset)
        except QueryRefusedError as refused:
            context |= rows_page.context(request, dataset) | {"refused": refused.says}
    status = 422 if context.get("refused") else 200
    if part := wanted_part(request, "rows"):
        return render(request, "datasets/detail.html", context, part=part, status=status)
    looks.note(request, now)
    context["newest"] = now
    context["versions"] = _versions.all(dataset=now.pk)
    context["lineage"] = lineage.of(dataset.asset, request.user)
    context["provenance"] = provenance.of(dataset, request.user)
    context["origin"] = origin(request, dataset)
    return render(request, "datasets/detail.html", context, status=status)


def origin(request: Request, dataset: Dataset) -> Asset | None:
    """What a snapshot was made of, for those who may see that."""
    rows = Asset.objects.visible_to(request.user)
    return rows.filter(pk=dataset.snapshot_of_id).first() if dataset.snapshot_of_id else None


@require_safe
def row(request: Request, owner: str, slug: str, number: int) -> HttpResponse:
    """One row from top to bottom: for tables with many columns, and for long values."""
    dataset, is_readable = found(request.user, owner, slug)
    record = rows_page.record(dataset, number - 1) if is_readable and number else None
    if record is None:
        raise Http404
    context = frame(request, dataset, is_readable, "data") | {
        "record": record, "number": number, "before": number - 1,
        "after": number + 1 if number < dataset.row_count else 0,
    }  # fmt: skip
    return render(request, "datasets/row.html", context)


def columns_of(dataset: Dataset) -> list[Column]:
    return [column(one["name"], one["type"]) for one in dataset.columns]


@require_safe
def console(request: Request, owner: str, slug: str) -> HttpResponseBase:
    """Read-only SQL. The query is in the address, so a result can be linked to."""
    dataset, is_readable = found(request.user, owner, slug)
    context = frame(request, dataset, is_readable, "sql")
    sql = request.GET.get("sql", "")
    context |= {"sql": sql or EXAMPLE, "most": CONSOLE_ROWS, "columns": columns_of(dataset)}
    if is_readable and sql:
        context |= answered(request, dataset, sql)
    if request.GET.get("as") == "csv" and "result" in context:
        return as_csv(context["result"], dataset)
    part = wanted_part(request, "result")
    status = 422 if "refused" in context else 200
    response = render(request, "datasets/console.html", context, part=part, status=status)
    if part:
        response.headers["HX-Push-Url"] = address(request)
    return response


def as_csv(result: query.Result, dataset: Dataset) -> HttpResponse:
    content = b"".join(exports.rows_as_csv(result.columns, result.rows))
    response = HttpResponse(content, content_type=exports.TYPES["csv"])
    name = content_disposition_header(True, f"{dataset.slug}-query.csv")
    response.headers["Content-Disposition"] = name or "attachment"
    return response


@login_required
@require_POST
def snapshot(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    """The answer of a query as a dataset of its own, private until it is shared."""
    dataset, is_readable = found(request.user, owner, slug)
    if not is_readable:
        raise PermissionDenied("You may see this, but not read its rows.")
    sql, name = request.POST.get("sql", ""), request.POST.get("name", "")
    try:
        placement = replace(default_placement(request), visibility=Visibility.PRIVATE)
        made = snapshots.create(placement, dataset, name=name, sql=sql)
    except ValidationError as refused:
        context = frame(request, dataset, is_readable, "sql") | {
            "sql": sql, "most": CONSOLE_ROWS, "columns": columns_of(dataset), "name": name,
            "fault": " ".join(refused.messages),
        }  # fmt: skip
        return render(request, "datasets/console.html", context, status=422)
    messages.success(request, f"{made.row_count:,} rows are stored, for you alone until you share.")
    return redirect(made)


def answered(request: Request, dataset: Dataset, sql: str) -> dict[str, Any]:
    try:
        result = query.run(dataset, sql, person=asker(request), max_rows=CONSOLE_ROWS)
    except QueryRefusedError as refused:
        return {"refused": refused}
    return {"result": result, "grid": grid(result.columns, result.types, result.rows)}


@require_safe
def download(request: Request, pk: UUID, kind: str) -> HttpResponseBase:
    if kind not in exports.TYPES:
        raise Http404
    dataset = dataset_versions.asked(request, readable(Dataset, request.user, pk=pk))
    response = streamed(request, lambda: exports.pieces(dataset, kind))
    response.headers["Content-Type"] = exports.TYPES[kind]
    name = content_disposition_header(True, f"{dataset.slug}.{kind}")
    response.headers["Content-Disposition"] = name or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response
