"""Coming to a team, of which its admins are told, and its newcomer."""

from django.db import transaction
from django.db.models import Q

from ouro_web.accounts.models import User
from ouro_web.notifications.models import Kind
from ouro_web.notifications.notify import notify
from ouro_web.teams import joining
from ouro_web.teams.models import JoinRequest, Role, Team, TeamMembership

MOST_TOLD = 50


@transaction.atomic
def join(team: Team, user: User, *, message: str = "") -> TeamMembership | JoinRequest:
    """As `teams.joining.join`; asking twice is no news."""
    had_asked = JoinRequest.objects.pending().filter(team=team, user=user).exists()
    found = joining.join(team, user, message=message)
    if isinstance(found, JoinRequest) and not had_asked:
        text = f"{user.display_name} asks to join #{team.name}."
        for admin in _admins(team):
            notify(admin, Kind.JOIN_REQUEST, text, by=user, team=team, excerpt=message)
    return found


@transaction.atomic
def approve(asked: JoinRequest, *, by: User) -> TeamMembership:
    membership = joining.approve(asked)
    text = f"You are in #{asked.team.name} now."
    notify(asked.user, Kind.JOIN_APPROVED, text, by=by, team=asked.team)
    return membership


def _admins(team: Team) -> list[User]:
    """Those who can let somebody in."""
    of_team = Q(team_memberships__team=team, team_memberships__role=Role.ADMIN)
    whole = Q(
        organization_memberships__organization=team.organization_id,
        organization_memberships__role=Role.ADMIN,
    )
    rows = User.objects.filter(of_team | whole, is_active=True).distinct()
    return list(rows.order_by("pk")[:MOST_TOLD])
