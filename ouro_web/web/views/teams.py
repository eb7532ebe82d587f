"""Teams: finding them, what one made, coming in and out, and its settings."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ouro_web.accounts.models import User
from ouro_web.assets import pinning
from ouro_web.assets.models import Asset, AssetType
from ouro_web.assets.search import count_by_kind, of_kinds
from ouro_web.assets.unread import count_by_team
from ouro_web.quests.models import QuestStatus
from ouro_web.quests.seeing import progress_of
from ouro_web.teams import changing, reading, roster
from ouro_web.teams.models import GLOBAL_ID, Organization, Role, Team
from ouro_web.web.forms.teams import TeamForm
from ouro_web.web.http import Request, SignedInRequest, render
from ouro_web.web.lookup import visible_asset
from ouro_web.web.members import managed, organization_at, people_of, standing, team_at
from ouro_web.web.paging import page_of
from ouro_web.web.views.people import tabs

FACES = 12
MOST_QUESTS = 5
MOST = 200


@require_safe
def every(request: Request) -> HttpResponse:
    """One's own teams with what is new in them, then those that one may find."""
    text = request.GET.get("q", "").strip()[:200]
    rows = Team.objects.visible_to(request.user).exclude(pk=GLOBAL_ID)
    rows = rows.select_related("organization")
    if text:
        rows = rows.filter(name__icontains=text) | rows.filter(description__icontains=text)
    found = list(rows.order_by("organization__display_name", "name")[:MOST])
    context: dict[str, Any] = {"text": text, "others": found}
    if isinstance(request.user, User):
        context |= _by_standing(found, request.user)
    return render(request, "teams/list.html", context)


def _by_standing(found: list[Team], person: User) -> dict[str, Any]:
    stand = roster.standing(found, person)
    unread = count_by_team(person, [team.pk for team in found if stand[team.pk].membership])
    rows = [(team, stand[team.pk], unread.get(team.pk, 0)) for team in found]
    return {
        "mine": [row for row in rows if row[1].membership],
        "others": [row for row in rows if not row[1].membership],
        "organizations": [each for each in Organization.objects.of(person) if not each.is_global],
    }


@require_safe
def detail(request: Request, organization: str, name: str) -> HttpResponse:
    """What the team made, as far as the reader may see it."""
    team = team_at(request.user, organization, name)
    rows = Asset.objects.published().visible_to(request.user).filter(team=team)
    asked = request.GET.get("type", "")
    kind = asked if asked in AssetType.values else ""
    seen = Asset.objects.visible_to(request.user)
    pinned = list(seen.filter(pins__team=team).for_cards().order_by("pins__created_at"))
    quests = list(rows.filter(as_quest__status=QuestStatus.OPEN).order_by("-pk")[:MOST_QUESTS])
    progress = progress_of(quests) if quests else {}
    people = people_of(team)
    context = frame(request, team, "feed") | {
        "page": page_of(request, of_kinds(rows, [kind] if kind else []).for_cards()),
        "kinds": tabs(request, count_by_kind(rows), kind),
        "pinned": pinned,
        "pins": {asset.pk for asset in pinned},
        "quests": [(quest, progress.get(quest.pk)) for quest in quests],
        "people": list(people[:FACES]),
        "people_count": people.count(),
    }
    return render(request, "teams/detail.html", context | _for_reader(request, team))


def _for_reader(request: Request, team: Team) -> dict[str, Any]:
    """What is new for her, and what she may pin."""
    person = request.user
    if not isinstance(person, User):
        return {}
    return {
        "since": reading.since(person, [team.pk])[team.pk],
        "unread": count_by_team(person, [team.pk])[team.pk],
        "may_pin": pinning.may_pin(team, person),
    }


@login_required
@require_POST
def read(request: SignedInRequest, organization: str, name: str) -> HttpResponse:
    team = team_at(request.user, organization, name)
    reading.seen(team, request.user)
    return redirect(team)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, name: str) -> HttpResponse:
    """A team in an organization; her founder is its first admin."""
    organization = organization_at(request.user, name)
    writers = organization.memberships.filter(user=request.user).exclude(role=Role.READ)
    if not writers.exists():
        messages.error(request, f"Only those who write in {organization} can make teams in it.")
        return redirect(organization)
    form = TeamForm(request.POST or None, organization=organization)
    if request.method == "POST" and form.is_valid():
        team = form.found(request.user)
        messages.success(request, f"{team} is there. Bring people in next.")
        return redirect("teams:members", organization.name, team.name)
    context = {"form": form, "organization": organization}
    return render(request, "teams/new.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: SignedInRequest, organization: str, name: str) -> HttpResponse:
    team = managed(request.user, team_at(request.user, organization, name))
    form = TeamForm(request.POST or None, instance=team, organization=team.organization)
    if request.method == "POST" and form.is_valid():
        saved = changing.change(Team.objects.get(pk=team.pk), **form.changes)
        messages.success(request, "Saved.")
        return redirect("teams:settings", saved.organization.name, saved.name)
    # The head shows the team as it is, not as the refused form would have it.
    context = frame(request, team_at(request.user, organization, name), "settings")
    status = 422 if form.errors else 200
    return render(request, "teams/settings.html", context | {"form": form}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def dissolve(request: SignedInRequest, organization: str, name: str) -> HttpResponse:
    """Asks first, and says where things go."""
    team = managed(request.user, team_at(request.user, organization, name))
    if request.method == "POST":
        try:
            changing.dissolve(team)
        except ValidationError as refused:
            messages.error(request, refused.messages[0])
            return redirect("teams:settings", organization, name)
        messages.success(request, f"{team} is dissolved.")
        return redirect(team.organization)
    context = frame(request, team, "settings") | {
        "home": team.organization.default_team,
        "asset_count": Asset.objects.filter(team=team).count(),
    }
    return render(request, "teams/dissolve.html", context)


@login_required
@require_POST
def pin(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Puts an asset at the top of its team's page, or takes it from there."""
    asset = visible_asset(request.user, pk)
    try:
        if request.POST.get("action") == "unpin":
            pinning.unpin(asset, by=request.user)
        else:
            pinning.pin(asset, by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    return redirect(asset.team)


def frame(request: Request, team: Team, tab: str) -> dict[str, Any]:
    return {"team": team, "group": team, "tab": tab, "standing": standing(request.user, team)}
