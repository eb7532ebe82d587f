"""People: the public page of one, and one's own settings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset, AssetType
from ouro_web.assets.search import count_by_kind, of_kinds
from ouro_web.notifications import following
from ouro_web.quests import experience
from ouro_web.web.forms.people import ProfileForm
from ouro_web.web.http import Request, SignedInRequest, render
from ouro_web.web.paging import address, page_of


@require_safe
def detail(request: Request, username: str) -> HttpResponse:
    """What somebody made, as far as the reader may see it."""
    person = get_object_or_404(User, username=username, is_active=True)
    rows = Asset.objects.published().visible_to(request.user).filter(owner=person)
    asked = request.GET.get("type", "")
    kind = asked if asked in AssetType.values else ""
    page = page_of(request, of_kinds(rows, [kind] if kind else []).for_cards())
    xp = experience.total(person)
    context = {
        "page": page,
        "tabs": tabs(request, count_by_kind(rows), kind),
        "xp": xp,
        "level": experience.level(xp),
        **head(request, person),
    }
    return render(request, "people/profile.html", context)


def head(request: Request, person: User) -> dict[str, Any]:
    return {"person": person, "standing": following.standing(person, request.user)}


@require_safe
def followers(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username, is_active=True)
    rows = User.objects.filter(follows__followed=person, is_active=True)
    return _people(request, person, rows, f"Who follows {person.display_name}")


@require_safe
def followed(request: Request, username: str) -> HttpResponse:
    person = get_object_or_404(User, username=username, is_active=True)
    rows = User.objects.filter(followed_by__follower=person, is_active=True)
    return _people(request, person, rows, f"Whom {person.display_name} follows")


def _people(request: Request, person: User, rows: QuerySet[User], title: str) -> HttpResponse:
    page = page_of(request, rows)
    context = {"page": page, "title": title, **head(request, person)}
    return render(request, "people/people.html", context)


@login_required
@require_POST
def follow(request: SignedInRequest, username: str) -> HttpResponse:
    """`follow=0` ends it."""
    person = get_object_or_404(User, username=username, is_active=True)
    try:
        if request.POST.get("follow") == "0":
            following.unfollow(person, by=request.user)
        else:
            following.follow(person, by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    return redirect(person)


def tabs(request: Request, counts: dict[str, int], current: str) -> list[dict[str, Any]]:
    """Everything, then each kind there is something of."""
    kinds = [kind for kind in AssetType if counts.get(kind) or kind == current]
    entries = [("", "All", sum(counts.values()))]
    entries += [(kind.value, f"{kind.label}s", counts.get(kind, 0)) for kind in kinds]
    return [
        {
            "label": label,
            "count": count,
            "current": value == current,
            "url": address(request, type=value or None, after=None),
        }
        for value, label, count in entries
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("settings")
    return render(
        request, "people/settings.html", {"form": form}, status=422 if form.errors else 200
    )
