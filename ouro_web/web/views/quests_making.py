"""Making quests and their items, and handing in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from ouro_web.accounts.models import User
from ouro_web.assets.changing import Changes
from ouro_web.quests import banning, configuring, entries, items, making
from ouro_web.quests.declaring import declared as declared_of
from ouro_web.quests.models import Item, Quest, QuestStatus
from ouro_web.web import quest_page
from ouro_web.web.forms import quests as forms
from ouro_web.web.frame import usual_place
from ouro_web.web.http import SignedInRequest, render
from ouro_web.web.lookup import may_edit, may_manage
from ouro_web.web.uploads import keep_uploads
from ouro_web.web.views.quests import readable_item, readable_quest

METHODS = ["GET", "HEAD", "POST"]
DONE = {
    "open": "It is open: it takes entries now.",
    "closed": "It is closed.",
    "cancelled": "It is cancelled.",
    "draft": "It is a draft again.",
}


@login_required
@require_http_methods(METHODS)
def new(request: SignedInRequest) -> HttpResponse:
    is_sent = request.method == "POST"
    data = request.POST if is_sent else None
    form = forms.NewQuestForm(data, user=request.user, initial=usual_place(request))
    if is_sent and form.is_valid():
        try:
            quest = making.create(
                form.placement,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                rules=form.rules(),
                rows=form.rows(),
            )
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            return redirect(quest)
    return render(request, "quests/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(METHODS)
def edit(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    quest = editable(request.user, readable_quest(request.user, owner, slug))
    form = forms.EditQuestForm.of(quest, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        changes = Changes(name=data["name"], description=data["description"])
        try:
            making.update(quest, changes, by=request.user, rules=form.rules())
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            messages.success(request, "Saved.")
            return redirect(quest)
    context = {"quest": quest, "form": form}
    return render(request, "quests/edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def status(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    """Open, close, cancel, or make a draft of it again."""
    quest = readable_quest(request.user, owner, slug)
    if not may_manage(request.user, quest):
        raise PermissionDenied("Only its admins can open and close it.")
    wanted = request.POST.get("status", "")
    try:
        making.update(quest, Changes(), by=request.user, rules={"status": wanted})
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, DONE[wanted])
    return redirect(quest)


@login_required
@require_http_methods(METHODS)
def add_item(request: SignedInRequest, owner: str, slug: str) -> HttpResponse:
    quest = editable(request.user, readable_quest(request.user, owner, slug))
    last = quest.items.last()
    item = Item(quest=quest, sort_order=last.sort_order + 1 if last else 1)
    return _item_page(request, item, is_new=True)


@login_required
@require_http_methods(METHODS)
def edit_item(request: SignedInRequest, pk: UUID) -> HttpResponse:
    item = readable_item(request.user, pk)
    editable(request.user, item.quest)
    return _item_page(request, item, is_new=False)


def _item_page(request: SignedInRequest, item: Item, *, is_new: bool) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = forms.item_form(item, request.user, data)
    rows = forms.declarations(item, data)
    if data is not None and form.is_valid() and rows.is_valid():
        given = _given(request.user, item, form, rows)
        try:
            _saved(item, given, request.user, is_new=is_new)
        except ValidationError as refused:
            add_errors(form, refused)
        else:
            messages.success(request, "Saved.")
            return redirect(item.quest)
    wrong = bool(form.errors or any(rows.errors)) if data is not None else False
    context = {
        "quest": item.quest, "item": item, "form": form, "rows": rows, "is_new": is_new,
        "can_manage": may_manage(request.user, item.quest),
        "has_entries": not is_new and item.entries.exists(),
        "opened": _opened(form, is_new=is_new),
    }  # fmt: skip
    return render(request, "quests/item.html", context, status=422 if wrong else 200)


def _given(person: User, item: Item, form: Any, rows: Any) -> dict[str, Any]:
    """Those who only edit see nothing of the evaluation, and leave it as it is."""
    given: dict[str, Any] = form.given()
    if not may_manage(person, item.quest):
        given = {name: value for name, value in given.items() if name not in configuring.NAMES}
    if not given.get("eval_route_id", item.eval_route_id):
        given["submission_assets"] = forms.declared(rows, item.submission_assets)
    return given


def _saved(item: Item, given: Mapping[str, Any], by: User, *, is_new: bool) -> None:
    if is_new:
        items.add(item.quest, [given], by=by)
    else:
        items.update(item, given, by=by)


def _opened(form: Any, *, is_new: bool) -> dict[str, bool]:
    """Folded parts of the form that hold something, or something wrong."""
    wrong = form.errors.keys()
    used = {name for name in form.fields if form[name].value() or name in wrong}
    standing = {"assignee", "status", "sort_order"}
    return {
        "reward": bool(used & {"reward_xp", "reward_amount"} or "reward_currency" in wrong),
        "standing": bool(wrong & standing) or not is_new,
        "evaluation": bool(used & {"eval_route_id"} or wrong & forms_of_evaluation()),
        "waiting": bool(used & {"waiting_on", "waiting_until", "notes", "child_quest_id"}),
    }


def forms_of_evaluation() -> set[str]:
    return {name for name in forms.ItemForm.base_fields if name.startswith(("eval_", "leader"))}


@login_required
@require_POST
def delete_item(request: SignedInRequest, pk: UUID) -> HttpResponse:
    item = readable_item(request.user, pk)
    quest = editable(request.user, item.quest)
    try:
        items.remove(item)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, "The item is deleted.")
    return redirect(quest)


@login_required
@require_http_methods(METHODS)
def enter(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Hand something in; with ?complete, an admin does an item herself."""
    item = readable_item(request.user, pk)
    if banning.is_banned(item.quest, request.user):
        raise PermissionDenied(entries.BANNED)
    manages = may_manage(request.user, item.quest)
    completes = manages and "complete" in request.GET
    state = {name: list(map(str, values)) for name, values in request.POST.lists()}
    wrong: dict[str, list[str]] = {}
    if request.method == "POST":
        state, faults = keep_uploads(request, quest_page.asked(item), state)
        wrong = {f"assets.{key}": [says] for key, says in faults.items()}
    inputs = quest_page.inputs(item, request.user, state)
    if request.method == "POST":
        wrong |= {f"assets.{each.name}": [each.error] for each in inputs if each.error}
        if not wrong:
            try:
                return _entered(request, item, inputs, completes=completes)
            except ValidationError as refused:
                wrong = by_field(refused)
    makers = quest_page.makers(inputs, request.user)
    for each in inputs:
        each.error = " ".join(wrong.pop(f"assets.{each.name}", []))
    context = {
        "quest": item.quest, "item": item, "inputs": inputs,
        "rows": [(each, makers.get(each.name)) for each in inputs], "completes": completes,
        "text": request.POST.get("description", ""), "wrong": wrong, "can_manage": manages,
        "is_free": not declared_of(item), "task": quest_page.task(item, request.user),
        "failed": bool(wrong or any(each.error for each in inputs)),
    }  # fmt: skip
    return render(request, "quests/enter.html", context, status=422 if context["failed"] else 200)


def _entered(
    request: SignedInRequest, item: Item, inputs: list[Any], *, completes: bool
) -> HttpResponse:
    chosen = {each.name: each.asset.pk for each in inputs if each.asset}
    text = request.POST.get("description", "")
    if completes:
        entries.complete(item, by=request.user, assets=chosen, text=text)
        messages.success(request, "The item is done.")
        return redirect(item.quest)
    made = entries.submit(item, contributor=request.user, assets=chosen, text=text)
    messages.success(request, "Handed in.")
    return redirect("quests:entry", pk=made.pk)


def by_field(error: ValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return dict(error.message_dict)
    return {NON_FIELD_ERRORS: error.messages}


def add_errors(form: Any, error: ValidationError) -> None:
    """Beside the fields they name, if the form has them."""
    renamed = {"assignee_id": "assignee"}
    for name, says in by_field(error).items():
        field = renamed.get(name, name)
        form.add_error(field if field in form.fields else None, says)


def editable(person: User, quest: Quest) -> Quest:
    if not may_edit(person, quest):
        raise PermissionDenied("You may see this, but not change it.")
    return quest


assert DONE.keys() == set(QuestStatus.values)  # noqa: S101 - each status has its words
