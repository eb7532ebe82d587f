"""People: the public page of one, and one's own settings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset, AssetType
from ouro_web.assets.search import count_by_kind, of_kinds
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
    context = {"person": person, "page": page, "tabs": tabs(request, count_by_kind(rows), kind)}
    return render(request, "people/profile.html", context)


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
