"""Pages of an organization or team: finding it, what the reader may do there, its people."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, QuerySet, When
from django.shortcuts import get_object_or_404

from ouro_web.accounts.models import User
from ouro_web.assets.access import Person
from ouro_web.teams.joining import has_to_ask, may_join
from ouro_web.teams.models import (
    GLOBAL_ID,
    Organization,
    OrganizationMembership,
    Role,
    Team,
    TeamMembership,
)
from ouro_web.teams.roles import Group


@dataclass(frozen=True)
class Standing:
    """How the reader stands to a group."""

    membership: OrganizationMembership | TeamMembership | None = None
    manages: bool = False
    has_asked: bool = False
    may_join: bool = False
    has_to_ask: bool = False

    @property
    def is_member(self) -> bool:
        return self.membership is not None


def organization_at(person: Person, name: str) -> Organization:
    rows = Organization.objects.visible_to(person).exclude(teams=None).distinct()
    return get_object_or_404(rows, name=name)


def team_at(person: Person, organization: str, name: str) -> Team:
    rows = Team.objects.visible_to(person).select_related("organization")
    return get_object_or_404(rows, organization__name=organization, name=name)


def managed[Kind: (Organization, Team)](person: User, group: Kind) -> Kind:
    if not manages(person, group):
        raise PermissionDenied("Only its admins can do this.")
    return group


def manages(person: User, group: Group) -> bool:
    rows = type(group).objects.managed_by(person)
    return bool(rows.filter(pk=group.pk).exists())


def standing(person: Person, group: Group) -> Standing:
    if not isinstance(person, User):
        return Standing()
    team = group if isinstance(group, Team) else group.default_team
    mine = group.memberships.filter(user=person).first()
    if mine is not None or team is None or group.pk == GLOBAL_ID:  # everybody is in that one
        return Standing(membership=mine, manages=manages(person, group))
    return Standing(
        manages=manages(person, group),
        has_asked=team.join_requests.pending().filter(user=person).exists(),
        may_join=may_join(team, person),
        has_to_ask=has_to_ask(team, person),
    )


def people_of(group: Group) -> "QuerySet[Any]":
    """Memberships, admins first."""
    order = Case(When(role=Role.ADMIN, then=0), default=1, output_field=IntegerField())
    rows = group.memberships.filter(user__is_active=True).select_related("user")
    return rows.order_by(order, "user__username")
