"""Files: the list, uploading, and a file's page."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from ouro_web.assets import search
from ouro_web.assets.access import Person
from ouro_web.assets.blobs import megabytes
from ouro_web.assets.compatibility import CLASSES, compatible_assets
from ouro_web.assets.models import Asset, AssetQuerySet, AssetType
from ouro_web.datasets import arriving
from ouro_web.files import resumable, uploads
from ouro_web.files.models import File, Upload
from ouro_web.lib.declarations import Declaration, normalise_extension
from ouro_web.lib.media import is_textual
from ouro_web.web import lineage, looks, provenance, viewers
from ouro_web.web.forms.files import UploadForm
from ouro_web.web.frame import usual_place
from ouro_web.web.http import Request, SignedInRequest, render, sends_to_the_store, wanted_part
from ouro_web.web.lookup import rights, visible_asset
from ouro_web.web.paging import page_of
from ouro_web.web.views import uploads as uploads_views

TABLES = set(arriving.FORMATS) - {"txt", "dat", "json"}  # which mostly are no tables
KINDS = [(name, f"{name[:1].upper()}{name[1:]}s".replace("Pdf", "PDF")) for name in CLASSES]


@require_safe
def list_files(request: Request) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    kind = request.GET.get("kind", "")
    extension = normalise_extension(request.GET.get("extension", ""))
    mine = "mine" in request.GET and request.user.is_authenticated
    rows = Asset.objects.visible_to(request.user).filter(asset_type=AssetType.FILE)
    rows = narrowed(search.find(rows, text), kind, extension)
    if mine:
        rows = rows.filter(owner=cast(Any, request.user))
    context = {
        "page": page_of(request, rows.for_cards()),
        "text": text,
        "kind": kind,
        "kinds": KINDS,
        "extension": extension,
        "mine": mine,
        "narrowed": bool(text or kind or extension or mine),
    }
    return render(request, "files/list.html", context)


def narrowed(rows: AssetQuerySet, kind: str, extension: str) -> AssetQuerySet:
    if extension:
        rows = rows.filter(as_file__extension=extension)
    if kind in CLASSES:
        wanted = Declaration("", "", (AssetType.FILE,), filter=kind)
        rows = cast(AssetQuerySet, compatible_assets(rows, wanted))
    return rows


@login_required
@require_http_methods(["GET", "POST"])
@sends_to_the_store
def new(request: SignedInRequest) -> HttpResponse:
    """Upload one or many. A script that uploads one by one asks for JSON."""
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, user=request.user)
        return posted(request, form)
    given = {"upload": request.GET.getlist("upload"), **usual_place(request)}
    return upload_page(request, UploadForm(user=request.user, initial=given), waiting(request))


def waiting(request: SignedInRequest) -> list[Upload]:
    """Uploads named in the address: they came without the page's script, or are being fetched."""
    named = request.GET.getlist("upload")[:20]
    return [found for each in named if (found := uploads.find(request.user, each))]


def posted(request: SignedInRequest, form: UploadForm) -> HttpResponse:
    """What came is kept as uploads whatever else is wrong, so that nobody sends it twice."""
    received: list[Upload] = []
    is_valid = form.is_valid()
    try:
        received = form.receive()
        if not is_valid:
            return refused(request, form, received)
        coming = [each for each in received if not each.blob]
        if coming:
            return fetched_later(request, received, coming)
        twins = {} if form.cleaned_data["again"] else uploads.twins(request.user, received)
        if twins:
            return here_already(request, form, received, twins)
        return stored(request, form.save(received))
    except ValidationError as wrong:
        for field, messages_ in wrong.update_error_dict({}).items():
            form.add_error(field if field in form.fields else None, messages_)
        return refused(request, form, received)


def refused(request: SignedInRequest, form: UploadForm, received: list[Upload]) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": form.words()}, status=422)
    return upload_page(request, form, received, status=422)


def fetched_later(
    request: SignedInRequest, received: list[Upload], coming: list[Upload]
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(uploads_views.state(coming[0]), status=202)
    asked = "&".join(f"upload={each.pk}" for each in received)
    return redirect(f"{reverse('files:new')}?{asked}")


def here_already(
    request: SignedInRequest, form: UploadForm, received: list[Upload], twins: dict[UUID, File]
) -> HttpResponse:
    """The bytes are kept; the person chooses between the file that is here and another copy."""
    if wants_json(request):
        upload, twin = next(iter(twins.items()))
        return JsonResponse({"upload": str(upload), "twin": as_json(twin)}, status=409)
    return upload_page(request, form, received, status=409, twins=twins)


@dataclass(frozen=True)
class Received:
    """One upload on the page, and the file with the same bytes that is here already."""

    upload: Upload
    twin: File | None

    @property
    def so_far(self) -> int:
        return resumable.arrived(self.upload)


def upload_page(
    request: SignedInRequest,
    form: UploadForm,
    received: list[Upload],
    *,
    status: int = 200,
    twins: dict[UUID, File] | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "largest": megabytes(settings.MAX_UPLOAD),
        "received": [Received(each, (twins or {}).get(each.pk)) for each in received],
        "coming": any(not each.blob and not each.problem for each in received),
        "twins": bool(twins),
        "ready": bool(received) and all(each.blob for each in received),
    }
    part = "" if request.method == "POST" else wanted_part(request, "received")
    return render(request, "files/new.html", context, part=part, status=status)


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def stored(request: HttpRequest, files: list[File]) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"files": [as_json(file) for file in files]}, status=201)
    if len(files) == 1:
        messages.success(request, "Uploaded.")
        return redirect(files[0])
    messages.success(request, f"{len(files)} files are uploaded.")
    return redirect("files:list")


def as_json(file: File) -> dict[str, Any]:
    return {
        "id": str(file.pk),
        "name": file.name,
        "url": file.get_absolute_url(),
        "extension": file.extension,
        "size": file.size,
    }


@require_safe
def by_id(request: Request, pk: UUID) -> HttpResponse:
    return redirect(visible_asset(request.user, pk))


def found(person: Person, owner: str, slug: str) -> tuple[File, bool]:
    """The file at this address, and whether the person may read its content."""
    rows = File.objects.visible_to(person).select_related("owner", "organization", "team", "parent")
    file = cast(File, get_object_or_404(rows, namespace=owner, slug=slug))
    return file, File.objects.readable_by(person).filter(pk=file.pk).exists()


@require_safe
def detail(request: Request, owner: str, slug: str) -> HttpResponse:
    file, is_readable = found(request.user, owner, slug)
    looks.note(request, file)
    context = page(request, file, is_readable) | {
        "tab": "file",
        "lineage": lineage.of(file.asset, request.user),
        "provenance": provenance.of(file, request.user),
        "versions": file.versions.select_related("content_by"),
    }
    return render(request, "files/detail.html", context)


@require_safe
def text(request: Request, owner: str, slug: str) -> HttpResponse:
    """The bytes as they are written, whatever draws them on the first tab."""
    file, is_readable = found(request.user, owner, slug)
    if not is_textual(file.media_type):
        return redirect(file)
    context = page(request, file, is_readable) | {"tab": "text"}
    if is_readable:
        context["viewer"] = viewers.shown(file, as_text=True)
    return render(request, "files/text.html", context)


def page(request: Request, file: File, is_readable: bool) -> dict[str, Any]:
    return {
        "file": file,
        "asset": file,
        "can_read": is_readable,
        "is_textual": is_textual(file.media_type),
        "is_table": file.extension in TABLES,
        **rights(request.user, file),
    }
