"""The people of a team or organization: coming, asking, being let in, roles, leaving, bans."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from ouro_web.accounts.models import User
from ouro_web.notifications.joining import approve
from ouro_web.notifications.joining import join as join_or_ask
from ouro_web.quests import banning
from ouro_web.teams import joining, roles
from ouro_web.teams.models import JoinRequest, JoinRequestQuerySet, Organization, Role, Team
from ouro_web.teams.roles import Group
from ouro_web.web.forms.teams import BanForm, MemberForm
from ouro_web.web.http import SignedInRequest, render
from ouro_web.web.members import managed, manages, organization_at, people_of, standing, team_at


@login_required
@require_http_methods(["GET", "POST"])
def of_team(request: SignedInRequest, organization: str, name: str) -> HttpResponse:
    team = team_at(request.user, organization, name)
    context: dict[str, Any] = {"team": team}
    if manages(request.user, team):
        context |= {
            "requests": _asking(team=team),
            "bans": team.bans.select_related("user"),
            "ban_form": BanForm(prefix="ban"),
        }
    return _people(request, team, context)


@login_required
@require_http_methods(["GET", "POST"])
def of_organization(request: SignedInRequest, name: str) -> HttpResponse:
    organization = organization_at(request.user, name)
    stand = standing(request.user, organization)
    if not (stand.is_member or stand.manages):
        raise PermissionDenied("Only its members see who else is in it.")
    context: dict[str, Any] = {"organization": organization}
    if stand.manages:
        context["requests"] = _asking(team__organization=organization)
    return _people(request, organization, context)


def _asking(**where: Any) -> JoinRequestQuerySet:
    rows = JoinRequest.objects.pending().select_related("user", "team__organization")
    return rows.filter(**where)


def _people(request: SignedInRequest, group: Group, more: dict[str, Any]) -> HttpResponse:
    """The list; for admins with a form that adds somebody."""
    form = None
    if manages(request.user, group):
        form = MemberForm(request.POST or None, group=group, by=request.user)
    elif request.method == "POST":
        raise PermissionDenied("Only its admins can bring people in.")
    if form and form.is_valid():
        person = form.save()
        messages.success(request, f"{person.display_name} is a member now.")
        return _to_members(group)
    kind = "organizations" if isinstance(group, Organization) else "teams"
    context = more | {
        "group": group,
        "kind": kind,
        "tab": "members",
        "people": people_of(group),
        "roles": Role.choices,
        "form": form,
        "standing": standing(request.user, group),
    }
    status = 422 if form and form.errors else 200
    return render(request, f"{kind}/members.html", context, status=status)


@login_required
@require_POST
def join(request: SignedInRequest, organization: str, name: str) -> HttpResponse:
    team = team_at(request.user, organization, name)
    came = join_or_ask(team, request.user, message=request.POST.get("message", "")[:2000])
    if isinstance(came, JoinRequest):
        messages.success(request, f"Asked. The admins of {team} will answer.")
    else:
        messages.success(request, f"You are in {team} now.")
    return redirect(team)


@login_required
@require_POST
def join_organization(request: SignedInRequest, name: str) -> HttpResponse:
    """One comes into an organization with its default team."""
    organization = organization_at(request.user, name)
    team = organization.default_team
    if team is None:
        raise PermissionDenied("It has no team to come into.")
    came = join_or_ask(team, request.user, message=request.POST.get("message", "")[:2000])
    asked = isinstance(came, JoinRequest)
    messages.success(request, "Asked. Its admins will answer." if asked else "You are in it now.")
    return redirect(organization)


@login_required
@require_POST
def leave_team(request: SignedInRequest, organization: str, name: str) -> HttpResponse:
    return _left(request, team_at(request.user, organization, name))


@login_required
@require_POST
def leave_organization(request: SignedInRequest, name: str) -> HttpResponse:
    return _left(request, organization_at(request.user, name))


def _left(request: SignedInRequest, group: Group) -> HttpResponse:
    try:
        roles.leave(group, request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return _to_members(group)
    messages.success(request, f"You have left {group}.")
    return redirect("teams:list")


@login_required
@require_POST
def change_in_team(
    request: SignedInRequest, organization: str, name: str, username: str
) -> HttpResponse:
    team = managed(request.user, team_at(request.user, organization, name))
    return _changed(request, team, username)


@login_required
@require_POST
def change_in_organization(request: SignedInRequest, name: str, username: str) -> HttpResponse:
    organization = managed(request.user, organization_at(request.user, name))
    return _changed(request, organization, username)


def _changed(request: SignedInRequest, group: Group, username: str) -> HttpResponse:
    """Another role for a member, or out with `remove`."""
    person = get_object_or_404(User, username=username)
    if not group.memberships.filter(user=person).exists():
        raise Http404
    try:
        if "remove" in request.POST:
            roles.leave(group, person)
            done = f"{person.display_name} is no member any more."
        else:
            roles.set_role(group, person, request.POST.get("role", ""))
            done = f"{person.display_name} has another role now."
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, done)
    return _to_members(group)


@login_required
@require_POST
def answer(request: SignedInRequest, organization: str, name: str, pk: UUID) -> HttpResponse:
    """Lets in somebody who asked, or turns her down."""
    team = managed(request.user, team_at(request.user, organization, name))
    asked = get_object_or_404(
        JoinRequest.objects.pending().select_related("team__organization", "user"),
        team=team, pk=pk,
    )  # fmt: skip
    if request.POST.get("answer") == "approve":
        approve(asked, by=request.user)
        messages.success(request, f"{asked.user.display_name} is a member now.")
    else:
        joining.reject(asked)
        messages.success(request, f"{asked.user.display_name} is not let in.")
    return _to_members(team)


@login_required
@require_POST
def ban(request: SignedInRequest, organization: str, name: str) -> HttpResponse:
    """Keeps somebody out, or with `lift` lets her come again."""
    team = managed(request.user, team_at(request.user, organization, name))
    if lifted := request.POST.get("lift", ""):
        joining.unban(team, get_object_or_404(User, username=lifted, bans__team=team))
        messages.success(request, "The ban is lifted.")
        return _to_members(team)
    form = BanForm(request.POST, prefix="ban")
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return _to_members(team)
    person = form.cleaned_data["username"]
    if person == request.user:
        messages.error(request, "You cannot ban yourself.")
        return _to_members(team)
    banning.ban(team, person, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{person.display_name} is banned.")
    return _to_members(team)


def _to_members(group: Group) -> HttpResponse:
    if isinstance(group, Team):
        return redirect("teams:members", group.organization.name, group.name)
    return redirect("organizations:members", group.name)
