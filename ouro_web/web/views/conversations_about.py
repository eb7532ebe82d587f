"""Beginning a conversation, and who is in it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from ouro_web.accounts.models import User
from ouro_web.conversations import members
from ouro_web.conversations.models import Conversation
from ouro_web.web.forms.conversations import AboutForm, BeginForm, BringInForm
from ouro_web.web.frame import default_placement
from ouro_web.web.http import SignedInRequest, render
from ouro_web.web.lookup import may_edit
from ouro_web.web.views.conversations import talk_at


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """?with=<username> begins with somebody."""
    form = BeginForm(request.POST or None, initial={"people": request.GET.get("with", "")[:200]})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(form.begin(default_placement(request)))
        except ValidationError as refused:
            form.add_error(None, refused.messages)
    return render(request, "conversations/new.html", {"form": form}, status=_status(form))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def about(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Its name and summary, and the people in it."""
    talk = _written(request, pk) if request.method == "POST" else talk_at(request, pk)
    known = {"name": talk.name if talk.is_named else "", "summary": talk.description}
    form = AboutForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        members.change(talk, name=given["name"], summary=given["summary"])
        messages.success(request, "Saved.")
        return redirect(talk)
    return _about(request, talk, form, BringInForm(prefix="new"))


@login_required
@require_POST
def bring_in(request: SignedInRequest, pk: UUID) -> HttpResponse:
    talk = _written(request, pk)
    form = BringInForm(request.POST, prefix="new")
    if form.is_valid():
        try:
            came = members.add(talk, form.cleaned_data["people"], by=request.user)
        except ValidationError as refused:
            form.add_error("people", refused.messages)
        else:
            names = members.called_by(came)
            messages.success(request, f"{names} joined." if came else "All of them are in it.")
            return redirect("conversations:about", pk=talk.pk)
    known = {"name": talk.name if talk.is_named else "", "summary": talk.description}
    return _about(request, talk, AboutForm(initial=known), form)


@login_required
@require_POST
def send_out(request: SignedInRequest, pk: UUID, username: str) -> HttpResponse:
    talk = _written(request, pk)
    person = get_object_or_404(User, username=username)
    try:
        members.remove(talk, person, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, f"{person.display_name} is not in it any more.")
        if person.pk == request.user.pk:
            return redirect("conversations:list")
    return redirect("conversations:about", pk=talk.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Asks first."""
    talk = talk_at(request, pk)
    if request.method != "POST":
        context = {"talk": talk, "is_last": len(members.members_of(talk)) == 1}
        return render(request, "conversations/leave.html", context)
    is_gone = members.leave(talk, request.user)
    said = "is deleted with its messages" if is_gone else "goes on without you"
    messages.success(request, f"{talk.name} {said}.")
    return redirect("conversations:list")


def _written(request: SignedInRequest, pk: UUID) -> Conversation:
    talk = talk_at(request, pk)
    if not may_edit(request.user, talk):
        raise PermissionDenied("You may read this conversation, but not change it.")
    return talk


def _about(
    request: SignedInRequest, talk: Conversation, form: AboutForm, bringing: BringInForm
) -> HttpResponse:
    context = {
        "talk": talk,
        "form": form,
        "bringing": bringing,
        "people": members.members_of(talk),
        "is_owner": talk.owner_id == request.user.pk,
        "may_write": may_edit(request.user, talk),
    }
    wrong = form.errors or bringing.errors
    return render(request, "conversations/about.html", context, status=422 if wrong else 200)


def _status(form: BeginForm) -> int:
    return 422 if form.errors else 200
