"""The schema of a dataset: its columns with what their values are like, and changing them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from ouro_web.datasets import columns, profile
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.refusals import QueryRefusedError
from ouro_web.web.forms.columns import ColumnForm, fields_of
from ouro_web.web.histograms import HEIGHT, WIDTH, described
from ouro_web.web.http import Request, SignedInRequest, render
from ouro_web.web.views.datasets import found, frame


@require_safe
def schema(request: Request, owner: str, slug: str) -> HttpResponse:
    """For those who may change it, ?edit= a column shows its form."""
    dataset, is_readable = found(request.user, owner, slug)
    column = request.GET.get("edit", "")
    return _page(request, dataset, is_readable, _form(dataset, column), column)


def _form(dataset: Dataset, column: str) -> ColumnForm:
    known = [one for one in dataset.columns if one["name"] == column]
    return ColumnForm(initial=fields_of(known[0]) if known else None)


def _page(
    request: Request, dataset: Dataset, is_readable: bool, form: ColumnForm, column: str
) -> HttpResponse:
    context = frame(request, dataset, is_readable, "schema")
    facts: list[profile.Column] = []
    if is_readable and dataset.row_count:
        try:
            facts = profile.of(dataset)
        except QueryRefusedError as refused:
            context["refused"] = refused.says
    names = [one["name"] for one in dataset.columns]
    context |= {
        "columns": described(dataset.columns, facts), "has_facts": bool(facts), "form": form,
        "edited": column if column in names else "", "width": WIDTH, "height": HEIGHT,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "datasets/schema.html", context, status=status)


@login_required
@require_POST
def change(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    """Add a column, or change or drop the one that ?edit= names."""
    dataset, is_readable = found(request.user, owner, slug)
    context = frame(request, dataset, is_readable, "schema")
    if not context["can_edit"]:
        raise PermissionDenied("You may see this, but not change it.")
    column = request.GET.get("edit", "")
    drops = request.POST.get("_do") == "drop"
    form = ColumnForm(None if drops else request.POST)
    try:
        if drops:
            columns.drop(dataset, columns.found(dataset, column)["name"], by=request.user)
    except ValidationError as refused:
        form = ColumnForm({})
        form.errors.clear()
        form.add_error(None, refused.messages)
        return _page(request, dataset, is_readable, form, column)
    if not drops and not (form.is_valid() and form.save(dataset, request.user, column)):
        return _page(request, dataset, is_readable, form, column)
    messages.success(request, f"The column is {_done(column, drops=drops)}.")
    return redirect("datasets:schema", owner, slug)


def _done(column: str, *, drops: bool) -> str:
    return "dropped" if drops else "changed" if column else "added"
