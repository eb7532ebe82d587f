"""Bytes that come in parts: to this site by the tus 1.0 protocol, or to a store elsewhere; and what
has come of them so far."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from ouro_web.assets import elsewhere
from ouro_web.assets.blobs import CHUNK
from ouro_web.files import direct, fetching, parts, resumable
from ouro_web.files.models import Upload
from ouro_web.web.http import SignedInRequest


@login_required
@require_http_methods(["OPTIONS", "POST"])
def begin(request: SignedInRequest) -> HttpResponse:
    def where(pk: UUID) -> str:
        return reverse("files:upload", args=[pk])

    return _said(parts.begin(request.user, request.method or "", request.headers, where))


@login_required
@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
def upload(request: SignedInRequest, upload: UUID) -> HttpResponse:
    """HEAD, PATCH and DELETE speak the protocol; GET tells a page how far it is."""
    found = get_object_or_404(Upload, pk=upload, owner=request.user)
    if request.method == "GET":
        return JsonResponse(state(found))
    return _said(parts.serve(found, request.method or "", request.headers, _pieces(request)))


def _said(answer: parts.Answer) -> HttpResponse:
    kind = "text/plain; charset=utf-8"
    return HttpResponse(
        answer.text, status=answer.status, content_type=kind, headers=answer.headers
    )


def _pieces(request: SignedInRequest) -> Iterator[bytes]:
    while piece := request.read(CHUNK):
        yield piece


@login_required
@require_POST
def again(request: SignedInRequest, upload: UUID) -> HttpResponse:
    """Fetch an address once more."""
    found = get_object_or_404(Upload, pk=upload, owner=request.user, blob="")
    if found.address:
        fetching.again(found)
    return redirect(f"{reverse('files:new')}?upload={found.pk}")


@login_required
@require_POST
def begin_direct(request: SignedInRequest) -> HttpResponse:
    """Room for a file whose parts go to the store. Where there is none, pages send them here."""
    if not elsewhere.has_links():
        raise Http404
    name, length = request.POST.get("filename", "file"), request.POST.get("length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        return JsonResponse({"error": "Say how many bytes the file has."}, status=400)
    try:
        made = direct.begin(request.user, filename=name, length=int(length))
    except ValidationError as refused:
        return JsonResponse({"error": refused.messages[0]}, status=422)
    return JsonResponse(_direct_state(made), status=201)


@login_required
@require_http_methods(["GET", "POST"])
def direct_parts(request: SignedInRequest, upload: UUID) -> HttpResponse:
    """GET says which parts are missing and where they go; POST that all of them are there."""
    rows = Upload.objects.exclude(multipart="")
    found = get_object_or_404(rows, pk=upload, owner=request.user)
    if request.method == "POST":
        try:
            direct.finish(found, request.POST.get("digest", ""))
        except ValidationError as refused:
            return JsonResponse({"error": refused.messages[0]}, status=409)
        found.refresh_from_db()
    return JsonResponse(_direct_state(found))


def _direct_state(found: Upload) -> dict[str, Any]:
    said = {
        **state(found),
        "address": reverse("files:direct_parts", args=[found.pk]),
        "discard": reverse("files:upload", args=[found.pk]),
        "part": direct.part_size(found),
    }
    if found.blob or found.problem:
        return {**said, "next": [], "joined": True}
    come = direct.progress(found)
    pieces = [{"start": one.start, "end": one.end, "address": one.address} for one in come.next]
    return {**said, "arrived": come.arrived, "next": pieces, "joined": come.is_joined}


def state(found: Upload) -> dict[str, Any]:
    return {
        "upload": str(found.pk),
        "name": found.filename,
        "arrived": resumable.arrived(found),
        "complete": bool(found.blob),
        "problem": found.problem,
    }
