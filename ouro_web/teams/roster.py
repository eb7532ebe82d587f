"""How somebody stands to teams, for a whole list of them in five queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from ouro_web.accounts.models import User
from ouro_web.teams.models import Ban, JoinRequest, Team, TeamMembership


@dataclass(frozen=True)
class Standing:
    member_count: int
    membership: TeamMembership | None
    asked: JoinRequest | None  # and not answered yet
    is_banned: bool
    manages: bool

    @property
    def word(self) -> str:
        if self.membership:
            return "joined"
        if self.is_banned:
            return "banned"
        return "requested" if self.asked else "none"


def standing(teams: Sequence[Team], user: User) -> dict[UUID, Standing]:
    ids = [team.pk for team in teams]
    memberships = TeamMembership.objects.filter(team__in=ids)
    counts = dict(memberships.values_list("team").annotate(Count("pk")).order_by())
    mine = {each.team_id: each for each in memberships.filter(user=user).select_related("user")}
    requests = JoinRequest.objects.pending().filter(team__in=ids, user=user).select_related("user")
    asked = {each.team_id: each for each in requests}
    banned = set(Ban.objects.filter(team__in=ids, user=user).values_list("team", flat=True))
    managed = set(Team.objects.managed_by(user).filter(pk__in=ids).values_list("pk", flat=True))
    return {
        pk: Standing(counts.get(pk, 0), mine.get(pk), asked.get(pk), pk in banned, pk in managed)
        for pk in ids
    }
