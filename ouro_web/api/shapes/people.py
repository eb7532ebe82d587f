"""People, organizations and teams as the official client reads them."""

from typing import Any

from ouro_web.accounts.models import User
from ouro_web.teams.models import (
    Ban,
    JoinRequest,
    Organization,
    OrganizationMembership,
    Role,
    Team,
    TeamMembership,
)
from ouro_web.teams.roster import Standing


def profile(user: User) -> dict[str, Any]:
    """Who made or did something: UserProfile."""
    return {
        "user_id": user.pk,
        "username": user.username,
        "name": user.display_name,
        "bio": user.bio,
        "avatar_path": None,
        "actor_type": "agent" if user.is_agent else "user",
    }


def organization_profile(organization: Organization) -> dict[str, Any]:
    """Beside an asset or a team: OrganizationProfile, whose name must be there."""
    return {"id": organization.pk, "name": organization.name, "mission": organization.mission}


def team_profile(team: Team) -> dict[str, Any]:
    return {"id": team.pk, "org_id": team.organization_id, "name": team.name}


def user(
    row: User,
    reader: User,
    metrics: dict[str, int] | None = None,
    standing: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """User: a person's page. `standing` is who follows whom, where that was asked."""
    return profile(row) | {
        "id": row.pk,
        "is_agent": row.is_agent,
        "isSelf": row.pk == reader.pk,
        **(standing or {}),
        "urls": [],
        "badges": [],
        "last_active": None,
        "metrics": metrics or {},
    }


def organization(
    row: Organization, membership: OrganizationMembership | None = None
) -> dict[str, Any]:
    """Organization; `membership` is the reader's."""
    default = row.default_team
    # Everybody is in the global organization without a row that says so.
    role = membership.role if membership else (Role.WRITE if row.is_global else None)
    mine = {"role": role, "membership_type": "internal"} if role else None
    return organization_profile(row) | {
        "display_name": row.display_name,
        "avatar_path": None,
        "join_policy": row.join_policy,
        "visibility": "public" if row.is_global else "private",
        "source_policy": row.source_policy,
        "actor_type_policy": row.actor_type_policy,
        "membership": mine,
        "membershipType": "internal" if mine else None,
        "userRole": role,
        "default_team": team_profile(default) if default else None,
        "created_at": row.created_at,
    }


def team(row: Team) -> dict[str, Any]:
    """Team without what concerns the reader; wants the organization with the row."""
    return team_profile(row) | {
        "slug": row.name,
        "organization": organization_profile(row.organization),
        "visibility": row.visibility,
        "default_role": row.default_role,
        "join_policy": row.join_policy,
        "source_policy": row.effective_source_policy,
        "actor_type_policy": row.effective_actor_policy,
        "description": {"text": row.description, "json": None},
        "created_at": row.created_at,
    }


def team_membership(row: TeamMembership) -> dict[str, Any]:
    return {
        "user_id": row.user_id,
        "user": profile(row.user),
        "role": row.role,
        "membership_type": "internal",
        "added_at": row.created_at,
    }


def join_request(row: JoinRequest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "team_id": row.team_id,
        "user_id": row.user_id,
        "user": profile(row.user),
        "status": row.status,
        "message": row.message or None,
        "created_at": row.created_at,
        "reviewed_at": row.reviewed_at,
    }


def ban(row: Ban) -> dict[str, Any]:
    return {
        "id": row.pk,
        "team_id": row.team_id,
        "user_id": row.user_id,
        "user": profile(row.user),
        "reason": row.reason or None,
        "created_at": row.created_at,
    }


def standing(row: Standing) -> dict[str, Any]:
    """What a team is to the reader, in the client's spelling."""
    return {
        "memberCount": row.member_count,
        "userMembership": team_membership(row.membership) if row.membership else None,
        "userJoinRequest": join_request(row.asked) if row.asked else None,
        "joinStatus": row.word,
        "join_request_pending": row.asked is not None,
        "canModerate": row.manages,
    }
