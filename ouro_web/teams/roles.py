"""Who does what in a team or organization. Neither is ever left without an admin: the last one
hands over first."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from ouro_web.accounts.models import User
from ouro_web.teams.models import (
    Organization,
    OrganizationMembership,
    Role,
    Team,
    TeamMembership,
)

Group = Organization | Team
LAST_ADMIN = "Somebody has to be its admin. Make another member admin first."


@transaction.atomic
def set_role(group: Group, user: User, role: str) -> None:
    """Give a member another role. Raises ValidationError; nothing happens to who is no member."""
    if role not in Role.values:
        raise ValidationError({"role": "Choose read, write or admin."})
    if role != Role.ADMIN:
        _keep_an_admin(group, user)
    _memberships(group).filter(user=user).update(role=role)


@transaction.atomic
def leave(group: Group, user: User) -> None:
    """Out of a team, or out of an organization and all of its teams. What she made stays where
    it is and hers. Raises ValidationError for the last admin."""
    if isinstance(group, Organization):
        _keep_an_admin(group, user)
        for team in Team.objects.filter(organization=group, memberships__user=user):
            _keep_an_admin(team, user)
        TeamMembership.objects.filter(team__organization=group, user=user).delete()
    else:
        _keep_an_admin(group, user)
    _memberships(group).filter(user=user).delete()


def _keep_an_admin(group: Group, user: User) -> None:
    admins = _memberships(group).select_for_update().filter(role=Role.ADMIN)
    if [each.user_id for each in admins] == [user.pk] and not _is_run_from_above(group, user):
        raise ValidationError({"role": LAST_ADMIN})


def _is_run_from_above(group: Group, user: User) -> bool:
    """The admins of an organization manage its teams, too."""
    if isinstance(group, Organization):
        return False
    above = OrganizationMembership.objects.filter(
        organization=group.organization_id, role=Role.ADMIN
    )
    return above.exclude(user=user).exists()


def _memberships(group: Group) -> "QuerySet[OrganizationMembership] | QuerySet[TeamMembership]":
    if isinstance(group, Organization):
        return OrganizationMembership.objects.filter(organization=group)
    return TeamMembership.objects.filter(team=group)
