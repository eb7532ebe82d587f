"""Bytes that come in parts, by the tus 1.0 protocol, and what has come of them so far."""

import functools
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods, require_POST

from ouro_web.assets.blobs import CHUNK, NoRoomError
from ouro_web.files import fetching, resumable, uploads
from ouro_web.files.models import Upload
from ouro_web.lib import tus
from ouro_web.lib.limits import TooManyError
from ouro_web.web.http import SignedInRequest

View = Callable[..., HttpResponse]


def protocol(view: View) -> View:
    """The protocol's headers on every answer, and its status for what is refused."""

    @functools.wraps(view)
    def answer(request: SignedInRequest, **arguments: Any) -> HttpResponse:
        try:
            if request.method != "OPTIONS":
                tus.check_version(request.headers.get("Tus-Resumable", ""))
            response = view(request, **arguments)
        except REFUSALS as refused:
            response = _refused(refused)
        response.headers["Tus-Resumable"] = tus.VERSION
        return response

    return answer


REFUSALS = (
    tus.TusError, resumable.OffsetError, resumable.ChecksumError, resumable.BusyError,
    ValidationError,
)  # fmt: skip


def _refused(error: Exception) -> HttpResponse:
    status, says = _words(error)
    return HttpResponse(says, status=status, content_type="text/plain; charset=utf-8")


def _words(error: Exception) -> tuple[int, str]:
    match error:
        case tus.TusError():
            return error.status, str(error)
        case resumable.OffsetError():
            return 409, "This part does not begin where the last one ended."
        case resumable.ChecksumError():
            return 460, "This part was damaged on its way. Send it again."
        case resumable.BusyError():
            return 423, "Another part of this upload is being written."
        case NoRoomError():
            return 507, error.messages[0]
        case TooManyError():
            return 429, error.messages[0]
        case ValidationError():
            return 413, error.messages[0]
    raise error


@login_required
@require_http_methods(["OPTIONS", "POST"])
@protocol
def begin(request: SignedInRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=_abilities())
    length = tus.number(request.headers.get("Upload-Length"), "Upload-Length")
    told = tus.metadata(request.headers.get("Upload-Metadata", ""))
    upload = resumable.begin(request.user, filename=told.get("filename", "file"), length=length)
    where = reverse("files:upload", args=[upload.pk])
    return HttpResponse(status=201, headers={"Location": where, **_expiry(upload)})


@login_required
@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
def upload(request: SignedInRequest, upload: UUID) -> HttpResponse:
    """HEAD, PATCH and DELETE speak the protocol; GET tells a page how far it is."""
    found = get_object_or_404(Upload, pk=upload, owner=request.user)
    if request.method == "GET":
        return JsonResponse(state(found))
    return _part(request, found=found)


@protocol
def _part(request: SignedInRequest, *, found: Upload) -> HttpResponse:
    if request.method == "DELETE":
        uploads.discard(found)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        _append(request, found)
        return HttpResponse(status=204, headers=_progress(found))
    resumable.complete(found)
    return HttpResponse(headers=_progress(found))


def _append(request: SignedInRequest, found: Upload) -> None:
    if request.content_type != tus.BODY_TYPE:
        raise tus.TusError(415, f"Send the part as {tus.BODY_TYPE}.")
    offset = tus.number(request.headers.get("Upload-Offset"), "Upload-Offset")
    checksum = tus.checksum(request.headers.get("Upload-Checksum", ""))
    resumable.append(found, _pieces(request), offset=offset, checksum=checksum)


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


def _progress(found: Upload) -> dict[str, str]:
    length = {"Upload-Length": str(found.length)} if found.length else {}
    return {"Upload-Offset": str(found.arrived), **length, **_expiry(found)}


def _expiry(found: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date((found.created_at + uploads.KEPT).timestamp())}


def _abilities() -> dict[str, str]:
    return {
        "Tus-Version": tus.VERSION,
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
        "Tus-Max-Size": str(settings.MAX_UPLOAD),
    }
