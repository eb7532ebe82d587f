"""Bytes that come in parts, by the tus 1.0 protocol, and what has come of them so far."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from ouro_web.assets.blobs import CHUNK
from ouro_web.files import fetching, parts, resumable
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


def state(found: Upload) -> dict[str, Any]:
    return {
        "upload": str(found.pk),
        "name": found.filename,
        "arrived": resumable.arrived(found),
        "complete": bool(found.blob),
        "problem": found.problem,
    }
