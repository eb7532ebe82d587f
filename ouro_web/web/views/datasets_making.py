"""Making a dataset: from a file whose columns are shown first, or empty; and adding rows to one."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from ouro_web.datasets import arriving, drafts, writing
from ouro_web.datasets.drafts import Choice
from ouro_web.datasets.models import Dataset, Draft
from ouro_web.files.models import File
from ouro_web.web.forms.datasets import (
    EMPTY_ROWS,
    TYPES,
    EmptyForm,
    ModeForm,
    NewDatasetForm,
    ReadingForm,
    SourceForm,
    keep_file,
    suggested_name,
)
from ouro_web.web.frame import usual_place
from ouro_web.web.http import Request, SignedInRequest, render, wanted_part
from ouro_web.web.lookup import may_edit

METHODS = ["GET", "POST"]
State = Draft.State


@login_required
@require_http_methods(METHODS)
def new(request: SignedInRequest) -> HttpResponse:
    """What it is made of: a file, pasted rows, or with ?file= a file that is here."""
    return _taken_in(request, None)


@login_required
@require_http_methods(METHODS)
def add_rows(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    rows = Dataset.objects.visible_to(request.user)
    dataset = cast(Dataset, get_object_or_404(rows, namespace=owner, slug=slug))
    if not may_edit(request.user, dataset):
        raise PermissionDenied("You may see this, but not change it.")
    return _taken_in(request, dataset)


def _taken_in(request: SignedInRequest, target: Dataset | None) -> HttpResponse:
    is_sent = request.method == "POST"
    form = SourceForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    file = _file_here(request)
    if is_sent:
        draft = _of_file(form, request, file, target) if file else None
        if not file and form.is_valid():
            draft = form.keep(request.user, target)
        if draft:
            return redirect("datasets:arriving", draft.pk)
    context = {"form": form, "file": file, "dataset": target, "tab": "data"}
    return render(request, "datasets/new.html", context, status=422 if form.errors else 200)


def _file_here(request: Request) -> File | None:
    asked = request.POST.get("from") or request.GET.get("file") or ""
    try:
        rows = File.objects.readable_by(request.user).filter(pk=UUID(asked))
    except ValueError:
        return None
    return cast("File | None", rows.first())


def _of_file(
    form: SourceForm, request: SignedInRequest, file: File, target: Dataset | None
) -> Draft | None:
    try:
        return keep_file(request.user, file, target)
    except ValidationError as refused:
        form.is_valid()
        form.errors.clear()
        form.add_error(None, refused.messages)
        return None


@login_required
@require_http_methods(METHODS)
def arrived(request: SignedInRequest, arrival: UUID) -> HttpResponse:
    """The columns that were found, to be changed or taken; then how far the import is."""
    drafts_of = Draft.objects.filter(user=request.user).select_related("made", "target")
    draft = get_object_or_404(drafts_of, pk=arrival)
    if draft.state == State.DONE:
        return _done(request, draft)
    if draft.state != State.REVIEW:
        drafts.look_after(draft)
        part = wanted_part(request, "progress")
        return render(request, "datasets/progress.html", {"draft": draft}, part=part)
    if request.method == "POST" and request.POST.get("_do") == "discard":
        drafts.discard(draft)
        messages.success(request, "The file is thrown away.")
        return redirect("datasets:list")
    return _review(request, draft)


def _done(request: SignedInRequest, draft: Draft) -> HttpResponse:
    if draft.made is None:
        messages.info(request, "The dataset that was made of this file is no longer there.")
        address = reverse("datasets:list")
    else:
        address = draft.made.get_absolute_url()
        _tell(request, draft)
    if not request.htmx:
        return redirect(address)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = address
    return response


def _tell(request: SignedInRequest, draft: Draft) -> None:
    done = draft.choice.get("done")
    if done:
        said = f"{done['inserted']:,} rows added, {done['updated']:,} changed."
        messages.success(request, f"{said} {draft.choice['warning'].get('message', '')}".strip())
    elif draft.made:
        messages.success(request, f"{draft.made.row_count:,} rows are stored.")


def _review(request: SignedInRequest, draft: Draft) -> HttpResponse:
    reads = request.method == "POST" and request.POST.get("_do") == "read"
    takes = request.method == "POST" and not reads
    reading = ReadingForm(request.POST if reads else None, draft=draft)
    if reads and reading.is_valid():
        try:
            drafts.read_again(draft, reading.options())
            return redirect("datasets:arriving", draft.pk)
        except ValidationError as refused:
            reading.add_error(None, refused.messages)
    form = _form(request, draft, takes=takes)
    choice = _choice(request, draft) if takes else None
    if choice and form.is_valid():
        try:
            drafts.begin(draft, drafts.chosen_columns(draft, choice), **form.choice())
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            if not draft.error:
                return redirect("datasets:arriving", draft.pk)
    context = {
        "draft": draft, "reading": reading, "form": form, "types": TYPES,
        "columns": _rows(draft, choice), "format": arriving.NAMES[draft.format],
        "encoding": arriving.ENCODINGS.get(draft.encoding, ""),
        "key": _key(draft.target),
    }  # fmt: skip
    status = 422 if form.errors or reading.errors or (takes and draft.error) else 200
    return render(request, "datasets/review.html", context, status=status)


def _form(request: SignedInRequest, draft: Draft, *, takes: bool) -> NewDatasetForm | ModeForm:
    data = request.POST if takes else None
    if draft.target:
        return ModeForm(data)
    start = {**usual_place(request), "name": suggested_name(draft)}
    return NewDatasetForm(data, user=request.user, initial=start)


def _choice(request: SignedInRequest, draft: Draft) -> Choice:
    """As many names and types as there are columns; what is missing stays as it was found."""
    names, types = request.POST.getlist("column"), request.POST.getlist("type")
    if len(names) != len(draft.columns) or len(types) != len(draft.columns):
        names = [column["name"] for column in draft.columns]
        types = [column["type"] for column in draft.columns]
    return Choice(names, types)


def _rows(draft: Draft, choice: Choice | None) -> list[dict[str, Any]]:
    """The columns as they were found or just chosen, with their first values. Rows for a dataset
    that is there take its types."""
    held = {one["name"]: one["type"] for one in draft.target.columns} if draft.target else {}
    rows = []
    for place, column in enumerate(draft.columns):
        name = choice.names[place] if choice else column["name"]
        kind = choice.types[place] if choice else column["type"]
        values = [_spelled(row[place]) for row in draft.sample[:3]]
        known = {"is_new": bool(held) and name not in held}
        rows.append({**column, "name": name, "type": kind, "values": values, **known})
    return rows


def _key(target: Dataset | None) -> str:
    if target is None:
        return ""
    try:
        return ", ".join(writing.key_of(target))
    except ValidationError:
        return ""


@login_required
@require_http_methods(METHODS)
def new_empty(request: SignedInRequest) -> HttpResponse:
    form = EmptyForm(request.POST or None, user=request.user, initial=usual_place(request))
    names, types = request.POST.getlist("column"), request.POST.getlist("type")
    if request.method == "POST" and form.is_valid() and (made := form.create(names, types)):
        messages.success(request, "The dataset is made. It has no rows yet.")
        return redirect(made)
    given = list(zip(names, types, strict=False))
    rows = given + [("", "VARCHAR")] * max(0, EMPTY_ROWS - len(given))
    context = {"form": form, "rows": rows, "types": TYPES}
    return render(request, "datasets/empty.html", context, status=422 if form.errors else 200)


def _spelled(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
