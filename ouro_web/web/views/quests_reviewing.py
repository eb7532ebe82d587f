"""Deciding on what was handed in to a quest, by a person or by its route."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ouro_web.quests import evaluating, reviewing
from ouro_web.web.forms import quests as forms
from ouro_web.web.http import SignedInRequest
from ouro_web.web.views.quests import decidable_entry, readable_item, shown_entry
from ouro_web.web.views.quests_making import add_errors, editable


@login_required
@require_POST
def review(request: SignedInRequest, pk: UUID) -> HttpResponse:
    entry = decidable_entry(request.user, pk)
    form = forms.ReviewForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            reviewing.review(entry, by=request.user, status=data["status"], note=data["review"])
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            messages.success(request, f"The entry is {data['status']}.")
            return redirect("quests:entry", pk=pk)
    return shown_entry(request, entry, form, status=422)


@login_required
@require_POST
def evaluate(request: SignedInRequest, pk: UUID) -> HttpResponse:
    entry = decidable_entry(request.user, pk)
    try:
        evaluating.evaluate(entry)
    except (ValidationError, PermissionDenied) as refused:
        told = refused.messages if isinstance(refused, ValidationError) else [str(refused)]
        messages.error(request, " ".join(told))
    else:
        messages.success(request, "The evaluation runs.")
    return redirect("quests:entry", pk=pk)


@login_required
@require_POST
def rescore(request: SignedInRequest, pk: UUID) -> HttpResponse:
    item = readable_item(request.user, pk)
    editable(request.user, item.quest)
    try:
        found = evaluating.rescore(item, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        skipped = f"; {len(found.skipped)} could not be" if found.skipped else ""
        messages.success(request, f"{len(found.started)} entries are scored again{skipped}.")
    return redirect("quests:leaderboard" if item.leaderboard_enabled else "quests:item", pk=pk)
