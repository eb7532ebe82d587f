"""Organizations: their page, founding one, and its settings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset, AssetType
from ouro_web.assets.search import count_by_kind, of_kinds
from ouro_web.teams import changing, roster
from ouro_web.teams.models import Organization, Role, Team
from ouro_web.web.forms.teams import OrganizationForm
from ouro_web.web.http import Request, SignedInRequest, render
from ouro_web.web.members import managed, organization_at, people_of, standing
from ouro_web.web.paging import page_of
from ouro_web.web.views.people import tabs

FACES = 12


@require_safe
def detail(request: Request, name: str) -> HttpResponse:
    """Its teams, its people, and what they made, as far as the reader may see it."""
    organization = organization_at(request.user, name)
    rows = Asset.objects.published().visible_to(request.user).filter(organization=organization)
    asked = request.GET.get("type", "")
    kind = asked if asked in AssetType.values else ""
    context = frame(request, organization, "feed")
    teams = list(organization.teams.all() & Team.objects.visible_to(request.user))
    context |= {
        "page": page_of(request, of_kinds(rows, [kind] if kind else []).for_cards()),
        "kinds": tabs(request, count_by_kind(rows), kind),
        "teams": _with_standing(teams, request.user),
        "may_make_teams": writes(context["standing"].membership),
    }
    if context["standing"].is_member:
        people = people_of(organization)
        context |= {"people": list(people[:FACES]), "people_count": people.count()}
    return render(request, "organizations/detail.html", context)


def writes(membership: Any) -> bool:
    return membership is not None and membership.role != Role.READ


def _with_standing(teams: list[Team], person: Any) -> list[tuple[Team, Any]]:
    stand = roster.standing(teams, person) if isinstance(person, User) else {}
    return [(team, stand.get(team.pk)) for team in teams]


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    form = OrganizationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        organization = form.found(request.user)
        request.session["organization"] = str(organization.pk)
        messages.success(request, f"{organization} is there, and you work in it now.")
        return redirect("organizations:members", organization.name)
    status = 422 if form.errors else 200
    return render(request, "organizations/new.html", {"form": form}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: SignedInRequest, name: str) -> HttpResponse:
    organization = managed(request.user, organization_at(request.user, name))
    form = OrganizationForm(request.POST or None, instance=organization)
    if request.method == "POST" and form.is_valid():
        saved = Organization.objects.get(pk=organization.pk)
        saved = changing.change_organization(saved, **form.changes)
        messages.success(request, "Saved.")
        return redirect("organizations:settings", saved.name)
    context = frame(request, organization_at(request.user, name), "settings")
    status = 422 if form.errors else 200
    return render(request, "organizations/settings.html", context | {"form": form}, status=status)


def frame(request: Request, organization: Organization, tab: str) -> dict[str, Any]:
    return {
        "organization": organization,
        "group": organization,
        "tab": tab,
        "standing": standing(request.user, organization),
    }
