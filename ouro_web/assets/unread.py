"""What is new for a person in her teams; her own things never are."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, Q

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset, AssetQuerySet
from ouro_web.teams import reading


def unread(user: User, *teams: UUID) -> AssetQuerySet:
    newer = Q(pk__in=[])
    for team, moment in reading.since(user, teams).items():
        newer |= Q(team=team, created_at__gt=moment)
    rows = Asset.objects.published().visible_to(user).filter(newer).exclude(owner=user)
    return rows.order_by("-pk")


def count_by_team(user: User, teams: Iterable[UUID]) -> dict[UUID, int]:
    """A number for each of the teams, 0 where nothing is new."""
    wanted = list(teams)
    counted = unread(user, *wanted).order_by().values_list("team").annotate(Count("pk"))
    return dict.fromkeys(wanted, 0) | dict(counted)
