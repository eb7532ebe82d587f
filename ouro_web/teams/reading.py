"""What is new in a team since somebody last looked."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.teams.models import Team, TeamMembership, Visit


def seen(team: Team, user: User) -> None:
    Visit.objects.update_or_create(team=team, user=user, defaults={"seen_at": timezone.now()})


def since(user: User, teams: Iterable[UUID]) -> dict[UUID, datetime]:
    """From when on things are unread, by team: her last visit, or the day she came."""
    wanted = set(teams)
    came = TeamMembership.objects.filter(user=user, team__in=wanted)
    moments = dict(came.values_list("team", "created_at"))
    visits = Visit.objects.filter(user=user, team__in=wanted)
    moments |= dict(visits.values_list("team", "seen_at"))
    return {team: moments.get(team, user.date_joined) for team in wanted}
