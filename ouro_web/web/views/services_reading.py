"""A document that the worker still reads, or that could not be read: what its page shows then."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from ouro_web.services import drafts, reading, tasks
from ouro_web.services.models import SpecDraft
from ouro_web.services.openapi import Specification
from ouro_web.web.forms.services import SHOWN_PROBLEMS, SpecForm
from ouro_web.web.http import SignedInRequest, render

NOT_BEGUN = timedelta(seconds=10)


def unread(
    request: SignedInRequest, kept: SpecDraft, *, again: str, context: dict[str, Any]
) -> HttpResponse | None:
    """The page of a document that is not there to be looked at; None for one that is. `again` is
    the template of the step before, which gets a form with what was wrong."""
    if kept.state != SpecDraft.State.READY:
        if request.method == "POST":
            return _again(request, kept)
        overdue = kept.touched_at < timezone.now() - NOT_BEGUN
        context |= {
            "draft": kept,
            "stalled": drafts.is_stalled(kept),
            "not_begun": kept.state == SpecDraft.State.WAITING and overdue,
        }
        return render(request, "services/reading.html", context)
    specification = drafts.specification(kept)
    if specification.is_usable:
        return None
    return _refused(request, kept, specification, again, context)


def _again(request: SignedInRequest, kept: SpecDraft) -> HttpResponse:
    if drafts.is_stalled(kept):
        reading.wait_again(kept)
        tasks.read_draft.enqueue(str(kept.pk))
    return redirect(request.path)


def _refused(
    request: SignedInRequest,
    kept: SpecDraft,
    specification: Specification,
    again: str,
    context: dict[str, Any],
) -> HttpResponse:
    form = SpecForm(initial={"url": kept.source_url})
    form.problems = specification.problems[:SHOWN_PROBLEMS]
    status = 422 if request.method == "POST" else 200
    return render(request, again, {**context, "form": form, "refused": kept}, status=status)
