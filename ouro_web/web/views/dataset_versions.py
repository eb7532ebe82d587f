"""What a dataset held before its rows were written."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from ouro_web.datasets import versions
from ouro_web.datasets.models import Dataset
from ouro_web.web.http import Request, SignedInRequest
from ouro_web.web.lookup import editable_asset


@login_required
@require_POST
def restore(request: SignedInRequest, pk: UUID, number: int) -> HttpResponse:
    dataset = get_object_or_404(Dataset, pk=editable_asset(request.user, pk).pk)
    try:
        versions.restore(dataset, number, by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, f"Version {number} is the newest one again.")
    return redirect(dataset)


def asked(request: Request, dataset: Dataset) -> Dataset:
    """As it was in the version that the address names; 404 where that is not kept."""
    text = request.GET.get("version", "")
    if not text:
        return dataset
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    kept = versions.then(dataset, number)
    if kept is None:
        raise Http404("This version is not kept.")
    return kept
