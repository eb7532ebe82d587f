"""Talk: the conversations one is in, and one of them, read and written."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from ouro_web.conversations import messages
from ouro_web.conversations.members import members_of
from ouro_web.conversations.models import Conversation, Message
from ouro_web.web.conversation_page import SIZE, Place, moment, preview, shown, stretch
from ouro_web.web.frame import frame_of
from ouro_web.web.http import SignedInRequest, render, wanted_part
from ouro_web.web.lookup import may_edit
from ouro_web.web.paging import Page, address

LISTED = 30


@login_required
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """The one where something was said last comes first."""
    rows = messages.with_last(messages.of_person(request.user))
    text = request.GET.get("q", "").strip()[:200]
    if text:
        rows = messages.named(rows, text.replace("\0", ""))
    if organization := frame_of(request).organization:
        rows = rows.filter(organization=organization)
    if before := moment(request, "before"):
        rows = rows.filter(last_at__lt=before)
    found = list(rows[: LISTED + 1])
    items = [(row, _others(row, request)) for row in found[:LISTED]]
    more = len(found) > LISTED
    older = address(request, before=found[LISTED - 1].last_at.isoformat()) if more else ""
    newer = address(request, before=None) if before else ""
    page = Page(items, newer, older, "latest first")  # type: ignore[type-var]  # rows with people
    return render(request, "conversations/list.html", {"page": page, "text": text})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The newest messages, or those before a moment; a POST says something. ?part=newer is asked
    again and again, ?part=older when somebody reads back."""
    part, place = wanted_part(request, "newer", "older"), Place.asked(request)
    if request.method == "GET" and part == "newer" and place is not None:
        return _newer(request, pk, place)
    talk = talk_at(request, pk)
    if request.method == "POST":
        return _said(request, talk)
    context = _page(request, talk)
    return render(request, "conversations/detail.html", context, part=part)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    talk = talk_at(request, pk)
    rows = Message.objects.select_related("author", "conversation")
    row = get_object_or_404(rows, pk=message, conversation=talk)
    if row.author_id != request.user.pk or row.is_event:
        raise PermissionDenied("Only its author can change a message.")
    context = {"talk": talk, "message": row, "text": row.text}
    if request.method != "POST":
        return render(request, "conversations/edit.html", context)
    text = request.POST.get("text", "")
    try:
        messages.edit(row, by=request.user, text=text)
    except ValidationError as refused:
        context |= {"text": text, "errors": refused.messages}
        return render(request, "conversations/edit.html", context, status=422)
    return redirect(row)


def talk_at(request: SignedInRequest, pk: UUID) -> Conversation:
    return get_object_or_404(messages.of_person(request.user), pk=pk)


def _others(talk: Conversation, request: SignedInRequest) -> list[Any]:
    """With whom; oneself when one is alone."""
    everybody = members_of(talk)
    return [person for person in everybody if person.pk != request.user.pk] or everybody


def _page(request: SignedInRequest, talk: Conversation) -> dict[str, Any]:
    before = moment(request, "before")
    rows, more = messages.page(talk, before=before, limit=SIZE)
    if request.method == "GET" and before is None and rows:
        messages.read(talk, request.user, rows[-1].created_at)
    return stretch(talk, rows, request.user) | {
        "people": members_of(talk),
        "older": rows[0].created_at.isoformat() if more else "",
        "is_newest": before is None,
        "may_write": may_edit(request.user, talk),
    }


def _newer(request: SignedInRequest, pk: UUID, place: Place) -> HttpResponse:
    """What was said or changed after what the page knows. Every open page asks this every few
    seconds, so nothing costs no body and few queries."""
    talk = get_object_or_404(messages.open_to(request.user), pk=pk)
    rows, context = _since(request, talk, place)
    if not rows and not context["edited"]:
        return HttpResponse(status=204)
    if rows:
        messages.read(talk, request.user, rows[-1].created_at)
    return render(request, "conversations/detail.html", context, part="newer")


def _since(
    request: SignedInRequest, talk: Conversation, place: Place
) -> tuple[list[Message], dict[str, Any]]:
    rows = messages.since(talk, place.until)
    new = {row.pk for row in rows}
    changed = messages.edited(talk, place.edited, of=place.first)
    edited = [row for row in changed if row.pk not in new]
    context = stretch(talk, rows, request.user, place.moved(edited))
    context["edited"] = shown(edited, request.user) if edited else []
    return rows, context | {"may_write": may_edit(request.user, talk) if edited else True}


def _said(request: SignedInRequest, talk: Conversation) -> HttpResponse:
    text = request.POST.get("text", "")
    if request.POST.get("do") == "preview":
        return _refused(request, talk, text, [], previewed=True)
    if not may_edit(request.user, talk):
        raise PermissionDenied("You may read this conversation, but not write in it.")
    try:
        row = messages.say(talk, author=request.user, text=text)
    except ValidationError as refused:
        return _refused(request, talk, text, refused.messages)
    if not request.htmx:
        return redirect(row)
    place = Place.asked(request)
    context = _since(request, talk, place)[1] if place else stretch(talk, [row], request.user)
    context |= {"may_write": True, "sent": True}
    return render(request, "conversations/detail.html", context, part="newer")


def _refused(
    request: SignedInRequest,
    talk: Conversation,
    text: str,
    errors: list[str],
    *,
    previewed: bool = False,
) -> HttpResponse:
    """The composer again with what was written, or how that will look."""
    context: dict[str, Any] = {"text": text, "errors": errors, "may_write": True, "talk": talk}
    if previewed:
        context["preview"] = preview(text[: messages.LONGEST], request.user)
    status = 422 if errors else 200
    if not request.htmx:
        context = _page(request, talk) | context
        return render(request, "conversations/detail.html", context, status=status)
    answer = render(request, "conversations/detail.html", context, part="composer", status=status)
    answer.headers["HX-Retarget"] = "#composer"
    return answer
