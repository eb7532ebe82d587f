"""Coming to a team by oneself, as its policy allows, and being kept out of it. Into an organization
one comes with its first team."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.teams.membership import join_organization, join_team, leave_team
from ouro_web.teams.models import (
    ActorPolicy,
    Ban,
    JoinPolicy,
    JoinRequest,
    OrganizationMembership,
    RequestStatus,
    Team,
    TeamMembership,
)


@transaction.atomic
def join(team: Team, user: User, *, message: str = "") -> TeamMembership | JoinRequest:
    """A membership, or a request where the team wants one. Raises PermissionDenied."""
    mine = TeamMembership.objects.filter(team=team, user=user).first()
    if mine is not None:
        return mine
    _may_come(team, user)
    if has_to_ask(team, user):
        asked, _ = JoinRequest.objects.get_or_create(
            team=team, user=user, status=RequestStatus.PENDING, defaults={"message": message}
        )
        return asked
    if _is_outside(team, user):
        join_organization(team.organization, user)
    return join_team(team, user)


@transaction.atomic
def approve(asked: JoinRequest) -> TeamMembership:
    _close(asked, RequestStatus.APPROVED)
    if _is_outside(asked.team, asked.user):
        join_organization(asked.team.organization, asked.user)
    return join_team(asked.team, asked.user)


def reject(asked: JoinRequest) -> None:
    _close(asked, RequestStatus.REJECTED)


@transaction.atomic
def ban(team: Team, user: User, *, reason: str = "") -> Ban:
    """Out of the team, and not back in until the ban is lifted."""
    leave_team(team, user)
    JoinRequest.objects.filter(team=team, user=user, status=RequestStatus.PENDING).update(
        status=RequestStatus.REJECTED, reviewed_at=timezone.now()
    )
    banned, _ = Ban.objects.update_or_create(team=team, user=user, defaults={"reason": reason})
    return banned


def unban(team: Team, user: User) -> None:
    Ban.objects.filter(team=team, user=user).delete()


def may_join(team: Team, user: User) -> bool:
    try:
        _may_come(team, user)
    except PermissionDenied:
        return False
    return True


def _may_come(team: Team, user: User) -> None:
    if Ban.objects.filter(team=team, user=user).exists():
        raise PermissionDenied("You have been banned from this team.")
    if team.join_policy == JoinPolicy.INVITE_ONLY:
        raise PermissionDenied("One joins this team by invitation.")
    if _is_outside(team, user) and team.organization.join_policy == JoinPolicy.INVITE_ONLY:
        raise PermissionDenied(f"Only members of {team.organization} may join its teams.")
    policy = team.effective_actor_policy
    if policy == ActorPolicy.AGENTS_ONLY and not user.is_agent:
        raise PermissionDenied("Only agents may join this team.")
    if policy == ActorPolicy.VERIFIED_ONLY and not _is_verified(user):
        raise PermissionDenied("Only people with a verified e-mail address may join this team.")


def has_to_ask(team: Team, user: User) -> bool:
    """Where the team wants it, or the organization that one would come into with it."""
    if team.join_policy == JoinPolicy.REQUEST:
        return True
    return _is_outside(team, user) and team.organization.join_policy == JoinPolicy.REQUEST


def _is_outside(team: Team, user: User) -> bool:
    inside = OrganizationMembership.objects.filter(organization=team.organization_id, user=user)
    return not team.organization.is_global and not inside.exists()


def _is_verified(user: User) -> bool:
    addresses = user.emailaddress_set  # type: ignore[attr-defined]  # of the sign-in package
    return bool(addresses.filter(verified=True).exists())


def _close(asked: JoinRequest, status: str) -> None:
    JoinRequest.objects.filter(pk=asked.pk, status=RequestStatus.PENDING).update(
        status=status, reviewed_at=timezone.now()
    )
