"""Founding organizations and teams, joining and leaving them."""

from typing import Any

from django.db import transaction

from ouro_web.accounts.models import User
from ouro_web.teams.models import (
    JoinPolicy,
    Organization,
    OrganizationMembership,
    Role,
    Team,
    TeamMembership,
    TeamVisibility,
)


@transaction.atomic
def found_organization(*, founder: User, name: str, display_name: str, **more: Any) -> Organization:
    """A new organization with its team for everybody; the founder is admin of both. `more` are
    its other columns. Raises ValidationError keyed by field."""
    organization = Organization(name=name, display_name=display_name, **more)
    organization.full_clean()
    organization.save()
    OrganizationMembership.objects.create(organization=organization, user=founder, role=Role.ADMIN)
    # One joins an organization by this team, so it is shown where one may.
    is_closed = organization.join_policy == JoinPolicy.INVITE_ONLY
    visibility = TeamVisibility.ORGANIZATION if is_closed else TeamVisibility.PUBLIC
    found_team(founder=founder, organization=organization, name="all", visibility=visibility)
    return organization


@transaction.atomic
def found_team(*, founder: User, organization: Organization, name: str, **more: Any) -> Team:
    """`more` are its other columns. Raises ValidationError keyed by field."""
    team = Team(organization=organization, name=name, **more)
    team.full_clean()
    team.save()
    TeamMembership.objects.create(team=team, user=founder, role=Role.ADMIN)
    return team


def join_organization(
    organization: Organization, user: User, role: str = Role.WRITE
) -> OrganizationMembership:
    membership, _ = OrganizationMembership.objects.update_or_create(
        organization=organization, user=user, defaults={"role": role}
    )
    return membership


def join_team(team: Team, user: User, role: str | None = None) -> TeamMembership:
    membership, _ = TeamMembership.objects.update_or_create(
        team=team, user=user, defaults={"role": role or team.default_role}
    )
    return membership


def leave_team(team: Team, user: User) -> None:
    TeamMembership.objects.filter(team=team, user=user).delete()
