"""Other bytes for a file, and what it held before."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from ouro_web.files import storage, versions
from ouro_web.files.limits import uploading
from ouro_web.files.models import File
from ouro_web.web import content
from ouro_web.web.http import Request, SignedInRequest
from ouro_web.web.lookup import editable_asset


@require_safe
def download(request: Request, pk: UUID, number: int) -> HttpResponseBase:
    file = cast(File, get_object_or_404(File.objects.readable_by(request.user), pk=pk))
    kept = versions.at(file, number)
    if kept is None:
        raise Http404("This version is not kept.")
    return content.handed(request, kept)


@login_required
@require_POST
def restore(request: SignedInRequest, pk: UUID, number: int) -> HttpResponse:
    file = editable_file(request, pk)
    try:
        versions.restore(file, number, by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, f"Version {number} is the newest one again.")
    return redirect(file)


@login_required
@require_POST
def replace(request: SignedInRequest, pk: UUID) -> HttpResponse:
    file = editable_file(request, pk)
    sent = request.FILES.get("file")
    try:
        if not isinstance(sent, UploadedFile):
            raise ValidationError("Choose the file that is to take its place.")
        uploading(request.user, sent.size or 0)
        kept = storage.keep(sent.name or file.filename, sent.chunks())
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect(f"{file.get_absolute_url()}#versions")
    versions.replace(file, kept, by=request.user)
    messages.success(request, f"This is version {file.version} now. The one before is kept.")
    return redirect(file)


def editable_file(request: SignedInRequest, pk: UUID) -> File:
    asset = editable_asset(request.user, pk)
    return get_object_or_404(File, pk=asset.pk)
