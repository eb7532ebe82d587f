"""Teams: making, changing, joining and leaving them, and what is new in them."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from ninja import Schema
from pydantic import ConfigDict

from ouro_web.accounts.models import User
from ouro_web.api.bodies import markdown
from ouro_web.api.http import Request, answer, paged, router
from ouro_web.api.placing import refuse_elsewhere
from ouro_web.api.shapes import people as shapes
from ouro_web.api.shapes.assets import hit
from ouro_web.assets.models import Asset, AssetType
from ouro_web.assets.unread import count_by_team, unread
from ouro_web.notifications import joining as arriving
from ouro_web.quests import banning
from ouro_web.teams import changing, joining, membership, reading, roster
from ouro_web.teams.models import JoinRequest, Organization, Role, Team, TeamVisibility

teams = router("Teams")


class TeamFields(Schema):
    model_config = ConfigDict(extra="ignore")

    name: str | None = None
    description: str | dict[str, Any] | None = None
    visibility: str | None = None
    default_role: str | None = None
    join_policy: str | None = None
    source_policy: str | None = None
    actor_type_policy: str | None = None

    def values(self) -> dict[str, Any]:
        given = self.model_dump(exclude_unset=True, exclude_none=True, exclude={"org_id"})
        if "description" in given:
            given["description"] = markdown(given["description"])
        return given


class NewTeam(TeamFields):
    name: str
    org_id: UUID | None = None


class NewTeamBody(Schema):
    team: NewTeam


class TeamBody(Schema):
    team: TeamFields


class Joining(Schema):
    message: str = ""


class Banning(Schema):
    user_id: UUID
    reason: str = ""
    remove_contributions: bool = False


@teams.post("/create")
def create(request: Request, body: NewTeamBody) -> Any:
    """Make a team in one of the caller's organizations; she is its first admin."""
    organization = _organization(request, body.team.org_id)
    team = membership.found_team(
        founder=request.auth.user, organization=organization, **body.team.values()
    )
    return answer(_full(request, team))


@teams.get("")
def list_teams(
    request: Request, org_id: UUID | None = None, joined: bool = False, public_only: bool = False
) -> Any:
    """Teams that the caller may see."""
    rows = Team.objects.visible_to(request.auth.user).select_related("organization")
    if org_id:
        rows = rows.filter(organization=org_id)
    if joined:
        rows = rows.joined_by(request.auth.user)
    if public_only:
        rows = rows.filter(visibility=TeamVisibility.PUBLIC)
    return answer(_shapes(request, list(rows)))


@teams.get("/unreads")
def unreads(
    request: Request,
    view_mode: str = "count",
    org_id: UUID | None = None,
    team_id: UUID | None = None,
) -> Any:
    """What is new in the caller's teams: how many things, or (view_mode=preview) which."""
    person = request.auth.user
    if view_mode == "preview":
        if team_id is None:
            raise ValidationError({"team_id": "is needed for a preview."})
        rows = unread(person, _team(request, team_id).pk)
        page = paged(rows.for_cards(), request, hit)
        data = {"results": page["data"], "team_id": team_id, "unread_count": rows.count()}
        return answer(data, pagination=page["pagination"])
    teams = Team.objects.joined_by(person)
    if org_id:
        teams = teams.filter(organization=org_id)
    counts = count_by_team(person, teams.values_list("pk", flat=True))
    return answer({"unreads": {str(team): count for team, count in counts.items()}})


@teams.get("/{uuid:pk}")
def retrieve(request: Request, pk: UUID, include_members: bool = False) -> Any:
    """A team; with include_members its members too."""
    return answer(_full(request, _team(request, pk), members=include_members))


@teams.put("/{uuid:pk}")
def update(request: Request, pk: UUID, body: TeamBody) -> Any:
    """Change a team (its admins)."""
    team = changing.change(_managed(request, pk), **body.team.values())
    return answer(_full(request, team))


@teams.delete("/{uuid:pk}")
def delete(request: Request, pk: UUID) -> Any:
    """End a team (its admins). What is in it goes to the organization's default team."""
    team = _managed(request, pk)
    changing.dissolve(team)
    return answer({"id": pk})


@teams.post("/{uuid:pk}/join")
def join(request: Request, pk: UUID, body: Joining | None = None) -> Any:
    """Join a team, or ask to, as its policy says."""
    team = _team(request, pk)
    arriving.join(team, request.auth.user, message=body.message if body else "")
    return answer(_full(request, team))


@teams.get("/{uuid:pk}/leave")
def leave(request: Request, pk: UUID) -> Any:
    """Leave a team."""
    team = _team(request, pk)
    membership.leave_team(team, request.auth.user)
    return answer({"id": pk})


@teams.get("/{uuid:pk}/join-requests")
def join_requests(request: Request, pk: UUID) -> Any:
    """Pending requests to join: all of them for admins, one's own for others."""
    team = _team(request, pk)
    rows = JoinRequest.objects.pending().filter(team=team).select_related("user")
    if not _manages(request, team):
        rows = rows.filter(user=request.auth.user)
    return answer([shapes.join_request(row) for row in rows])


@teams.post("/{uuid:pk}/join-requests/{uuid:request_pk}/approve")
def approve(request: Request, pk: UUID, request_pk: UUID) -> Any:
    """Let somebody in who asked (admins)."""
    arriving.approve(_asked(request, pk, request_pk), by=request.auth.user)
    return answer({"id": request_pk, "status": "approved"})


@teams.post("/{uuid:pk}/join-requests/{uuid:request_pk}/reject")
def reject(request: Request, pk: UUID, request_pk: UUID) -> Any:
    """Turn somebody down who asked (admins)."""
    joining.reject(_asked(request, pk, request_pk))
    return answer({"id": request_pk, "status": "rejected"})


@teams.get("/{uuid:pk}/bans")
def bans(request: Request, pk: UUID) -> Any:
    """Who may not come back (admins)."""
    rows = _managed(request, pk).bans.select_related("user")
    return answer([shapes.ban(row) for row in rows])


@teams.post("/{uuid:pk}/bans")
def ban(request: Request, pk: UUID, body: Banning) -> Any:
    """Take somebody out and keep her out (admins)."""
    team = _managed(request, pk)
    person = _person(body.user_id)
    if person.pk == request.auth.user.pk:
        raise ValidationError({"user_id": "You cannot ban yourself."})
    banned = banning.ban(team, person, by=request.auth.user, reason=body.reason)
    return answer(shapes.ban(banned))


@teams.delete("/{uuid:pk}/bans/{uuid:user_pk}")
def unban(request: Request, pk: UUID, user_pk: UUID) -> Any:
    """Lift a ban (admins). She is not a member again by that."""
    joining.unban(_managed(request, pk), _person(user_pk))
    return answer({"id": user_pk})


@teams.get("/{uuid:pk}/activity")
def activity(request: Request, pk: UUID) -> Any:
    """What the team made, newest first. Looking at it makes it read."""
    team = _team(request, pk)
    rows = Asset.objects.published().visible_to(request.auth.user).filter(team=team).for_cards()
    if kind := request.GET.get("assetType", ""):
        if kind not in AssetType.values:
            raise ValidationError({"assetType": f"must be one of {', '.join(AssetType.values)}."})
        rows = rows.filter(asset_type=kind)
    page = paged(rows.order_by("-pk"), request, hit)
    reading.seen(team, request.auth.user)
    return page


def _team(request: Request, pk: UUID) -> Team:
    rows = Team.objects.visible_to(request.auth.user).select_related("organization")
    team = rows.filter(pk=pk).first()
    if team is None:
        raise Http404
    return team


def _managed(request: Request, pk: UUID) -> Team:
    team = _team(request, pk)
    if not _manages(request, team):
        raise PermissionDenied("Only the admins of the team may do this.")
    return team


def _manages(request: Request, team: Team) -> bool:
    return Team.objects.managed_by(request.auth.user).filter(pk=team.pk).exists()


def _organization(request: Request, pk: UUID | None) -> Organization:
    """Where a new team goes; what somebody is not in is refused like what does not exist."""
    caller = request.auth
    wanted = pk or (caller.organization.pk if caller.organization else None)
    if wanted is None:
        raise ValidationError({"org_id": "Say in which organization."})
    refuse_elsewhere(caller, wanted)
    rows = Organization.objects.filter(
        memberships__user=caller.user, memberships__role__in=(Role.WRITE, Role.ADMIN)
    )
    found = rows.filter(pk=wanted).first()
    if found is None:
        raise PermissionDenied("You may not make teams in this organization.")
    return found


def _asked(request: Request, pk: UUID, request_pk: UUID) -> JoinRequest:
    rows = JoinRequest.objects.pending().select_related("team__organization", "user")
    asked = rows.filter(team=_managed(request, pk), pk=request_pk).first()
    if asked is None:
        raise Http404
    return asked


def _person(pk: UUID) -> User:
    person = User.objects.filter(pk=pk).first()
    if person is None:
        raise Http404
    return person


def _full(request: Request, team: Team, *, members: bool = False) -> dict[str, Any]:
    shape = _shapes(request, [team])[0]
    made = Asset.objects.published().visible_to(request.auth.user).filter(team=team)
    shape["metrics"] = {"member_count": shape["memberCount"], "asset_count": made.count()}
    if members:
        rows = team.memberships.select_related("user").order_by("created_at")
        shape["members"] = [shapes.team_membership(row) for row in rows]
    return shape


def _shapes(request: Request, teams: list[Team]) -> list[dict[str, Any]]:
    """Teams with what concerns the reader."""
    standing = roster.standing(teams, request.auth.user)
    return [shapes.team(team) | shapes.standing(standing[team.pk]) for team in teams]
