"""Saved views of a dataset: the list, one with its chart and table, making and changing one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ouro_web.datasets import charts, query, saved_views
from ouro_web.datasets.models import Dataset, SavedView
from ouro_web.datasets.refusals import QueryRefusedError
from ouro_web.web.drawings import Shown, shown
from ouro_web.web.forms.views import ViewForm, fields_of, guess
from ouro_web.web.grid import NUMBERS
from ouro_web.web.http import Request, SignedInRequest, render
from ouro_web.web.lookup import may_edit
from ouro_web.web.views.datasets import asker, found, frame

METHODS = ["GET", "POST"]


@require_safe
def list_views(request: Request, owner: str, slug: str) -> HttpResponse:
    dataset, is_readable = found(request.user, owner, slug)
    context = frame(request, dataset, is_readable, "views")
    if is_readable:
        context["views"] = list(dataset.views.select_related("created_by"))
    return render(request, "datasets/views.html", context)


@require_safe
def show(request: Request, owner: str, slug: str, view: UUID) -> HttpResponse:
    dataset, is_readable = found(request.user, owner, slug)
    if not is_readable:
        raise Http404
    saved = get_object_or_404(dataset.views.select_related("created_by"), pk=view)
    context = frame(request, dataset, is_readable, "views") | {"view": saved}
    context["sql"] = saved.sql or charts.EVERYTHING
    context["shown"] = shown(saved, person=asker(request))
    return render(request, "datasets/view.html", context)


@login_required
@require_http_methods(METHODS)
def new(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    """With ?sql= of the console's query; every choice can be in the address, to be looked at."""
    return _edited(request, owner, slug, None)


@login_required
@require_http_methods(METHODS)
def edit(request: SignedInRequest, owner: str, slug: str, view: UUID) -> HttpResponse:
    return _edited(request, owner, slug, view)


def _edited(request: SignedInRequest, owner: str, slug: str, pk: UUID | None) -> HttpResponse:
    dataset, is_readable = found(request.user, owner, slug)
    if not is_readable:
        raise Http404
    if not may_edit(request.user, dataset):
        raise PermissionDenied("You may see this, but not change it.")
    view = get_object_or_404(dataset.views.all(), pk=pk) if pk else None
    data = request.POST if request.method == "POST" else request.GET or None
    start: dict[str, Any] = fields_of(view) if view else {"sql": charts.EVERYTHING}
    sql = str((data or start).get("sql") or "")
    columns, refused = _columns(dataset, sql, asker(request))
    if view is None and not (data and "chart" in data):
        start |= {"sql": sql, **guess(columns)}
        data = data if request.method == "POST" else None
    form = ViewForm(data, initial=start, columns=columns)
    if request.method == "POST" and _is_saved(form, dataset, view, request):
        return redirect("datasets:view", owner, slug, form.saved.pk)
    context = frame(request, dataset, is_readable, "views")
    context |= {"form": form, "view": view, "refused": refused}
    if not refused:
        context["shown"] = _preview(form, dataset, start, asker(request))
    status = 422 if request.method == "POST" else 200
    return render(request, "datasets/view_edit.html", context, status=status)


def _columns(
    dataset: Dataset, sql: str, person: object
) -> tuple[list[tuple[str, bool]], QueryRefusedError | None]:
    try:
        result = query.run(dataset, sql or charts.EVERYTHING, person=person, max_rows=1)
    except QueryRefusedError as refused:
        return [], refused
    together = zip(result.columns, result.types, strict=True)
    return [(name, kind.startswith(NUMBERS)) for name, kind in together], None


def _is_saved(
    form: ViewForm, dataset: Dataset, view: SavedView | None, request: SignedInRequest
) -> bool:
    if not form.is_valid():
        return False
    for fault in form.faults():
        form.add_error(None, fault)
    if form.errors:
        return False
    data = form.cleaned_data
    try:
        form.saved, _, warnings = saved_views.save(
            dataset, by=request.user, view=view, name=data["name"],
            description=data["description"], sql=data["sql"], config=form.config(),
        )  # fmt: skip
    except ValidationError as refused:
        form.add_error(None, refused.messages)
        return False
    messages.success(request, " ".join(["The view is saved.", *warnings]))
    return True


def _preview(
    form: ViewForm, dataset: Dataset, start: dict[str, Any], person: object
) -> Shown | None:
    """What the choices of the form draw now, saved or not."""
    if not form.is_bound:
        form = ViewForm({"name": "-", **start}, columns=form.columns)
    form.is_valid()
    data = form.cleaned_data
    if "sql" not in data or {"chart", "bins"} & form.errors.keys():
        return None
    config = {} if form.faults() else form.config()
    unsaved = SavedView(dataset=dataset, name=data.get("name") or "", sql=data["sql"])
    unsaved.config = config
    return shown(unsaved, person=person)


@login_required
@require_POST
def delete(request: SignedInRequest, owner: str, slug: str, view: UUID) -> HttpResponse:
    dataset, is_readable = found(request.user, owner, slug)
    saved = get_object_or_404(dataset.views.all(), pk=view)
    if not is_readable or not may_edit(request.user, dataset):
        raise PermissionDenied("You may see this, but not change it.")
    saved.delete()
    messages.success(request, f"The view “{saved.name}” is deleted. The data stays.")
    return redirect("datasets:views", owner, slug)
