"""The inbox: what others did that concerns the reader, and how her runs ended."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from ouro_web.notifications.models import CATEGORIES, Notification, NotificationQuerySet
from ouro_web.notifications.notify import mark_all_read, mark_read
from ouro_web.web.http import Request, SignedInRequest, render
from ouro_web.web.paging import address, page_of

WORDS = {
    "mentions": "Mentions",
    "comments": "Comments",
    "messages": "Messages",
    "references": "References",
    "shares": "Shares and teams",
    "actions": "Runs",
}


@login_required
@require_safe
def inbox(request: SignedInRequest) -> HttpResponse:
    category = _category(request.GET.get("category", ""))
    unread = request.GET.get("unread") == "1"
    mine = Notification.objects.inbox_of(request.user)
    rows = mine.of_category(category) if category else mine
    shown = rows.unread() if unread else rows
    page = page_of(request, shown.select_related("source_user", "asset", "team__organization"))
    waiting = _unread_by_category(mine)
    context = {
        "page": page,
        "category": category,
        "unread_only": unread,
        "tabs": _tabs(request, waiting, category),
        "waiting": waiting.get(category, 0) if category else sum(waiting.values()),
        "newest": page.items[0].pk if page.items else "",
        "all_url": address(request, unread=None, after=None),
        "unread_url": address(request, unread=1, after=None),
        "here": request.get_full_path(),
    }
    return render(request, "notifications/inbox.html", context)


@login_required
@require_safe
def follow(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """To what it is about; it is read by that."""
    rows = Notification.objects.inbox_of(request.user).select_related("asset", "team__organization")
    found = get_object_or_404(rows, pk=pk)
    if request.method == "GET":
        mark_read(request.user, [found.pk])
    return redirect(found.get_absolute_url() or "notifications:list")


@login_required
@require_POST
def read(request: SignedInRequest, pk: UUID) -> HttpResponse:
    if not mark_read(request.user, [pk]):
        raise Http404
    return _back(request)


@login_required
@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    """Those of the category shown, but none that came after the page was drawn."""
    category = _category(request.POST.get("category", ""))
    mark_all_read(request.user, category=category, until=_as_id(request.POST.get("newest", "")))
    return _back(request)


def _tabs(request: Request, waiting: dict[str, int], current: str) -> list[dict[str, Any]]:
    entries = [("", "All", sum(waiting.values()))]
    entries += [(name, word, waiting[name]) for name, word in WORDS.items()]
    return [
        {
            "label": label,
            "count": count,
            "current": name == current,
            "url": address(request, category=name or None, after=None),
        }
        for name, label, count in entries
    ]


def _unread_by_category(mine: NotificationQuerySet) -> dict[str, int]:
    counted = mine.unread().order_by().values_list("kind").annotate(Count("pk"))
    by_kind = dict(counted)
    return {name: sum(by_kind.get(kind, 0) for kind in kinds) for name, kinds in CATEGORIES.items()}


def _category(text: str) -> str:
    return text if text in CATEGORIES else ""


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _back(request: Request) -> HttpResponse:
    """To the list as it was, or the list."""
    wanted = request.POST.get("next", "")
    is_ours = wanted.startswith(reverse("notifications:list")) and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None
    )
    return redirect(wanted if is_ours else "notifications:list")
