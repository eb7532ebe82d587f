"""Where a program's new assets go: what it asks for, else the organization it works in."""

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet

from ouro_web.api.caller import Caller, Request
from ouro_web.assets.access import Visibility
from ouro_web.assets.placement import Placement, checked
from ouro_web.teams.models import GLOBAL_ID, Organization, Team


def placement(
    request: Request,
    *,
    org_id: UUID | None = None,
    team_id: UUID | None = None,
    visibility: str | None = None,
) -> Placement:
    """Raises ValidationError keyed by org_id, team_id or visibility; PermissionDenied for a key
    that is bound to another organization."""
    caller = request.auth
    organization = caller.organization
    team = _found(Team.objects.select_related("organization"), team_id, "team_id")
    if org_id is not None:
        organization = _found(Organization.objects.all(), org_id, "org_id")
    elif team is not None:
        organization = team.organization
    refuse_elsewhere(caller, organization.pk if organization else None)
    try:
        found = checked(
            caller.user,
            organization=organization,
            team=team,
            visibility=visibility or Visibility.PUBLIC,
            source="api",
        )
    except ValidationError as refused:
        raise _renamed(refused) from refused
    if not found.team.takes_from("api"):
        raise PermissionDenied(f"In {found.team} things are made on pages only.")
    return found


def refuse_elsewhere(
    caller: Caller, organization_id: UUID | None, team_id: UUID | None = None
) -> None:
    """Keeps a bound key to its organization. Raises PermissionDenied."""
    if caller.bound_to is None:
        return
    if organization_id is None and team_id is not None:
        team = Team.objects.filter(pk=team_id).only("organization_id").first()
        organization_id = team.organization_id if team else None
    if (organization_id or GLOBAL_ID) != caller.bound_to:
        raise PermissionDenied("This API key is bound to another organization.")


def _found[Row: Model](rows: QuerySet[Row], pk: UUID | None, field: str) -> Row | None:
    if pk is None:
        return None
    row = rows.filter(pk=pk).first()
    if row is None:
        word = "organizations" if field == "org_id" else "teams"
        raise ValidationError({field: f"Choose one of your {word}."})
    return row


NAMES = {"organization": "org_id", "team": "team_id"}


def _renamed(error: ValidationError) -> ValidationError:
    """With the client's words for the fields."""
    return ValidationError(
        {NAMES.get(field, field): messages for field, messages in error.message_dict.items()}
    )
