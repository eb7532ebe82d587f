"""Changing what organizations and teams say about themselves, and ending a team."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import PROTECT

from ouro_web.teams.models import GLOBAL_ID, Organization, Team

CHANGEABLE = (
    "name",
    "description",
    "visibility",
    "default_role",
    "join_policy",
    "source_policy",
    "actor_type_policy",
)

# Not its name, which is part of the addresses of what it has.
CHANGEABLE_IN_ORGANIZATION = (
    "display_name",
    "mission",
    "join_policy",
    "source_policy",
    "actor_type_policy",
)


def change(team: Team, **changes: Any) -> Team:
    """Raises ValidationError keyed by field."""
    return _changed(team, CHANGEABLE, changes)


def change_organization(organization: Organization, **changes: Any) -> Organization:
    """Raises ValidationError keyed by field."""
    return _changed(organization, CHANGEABLE_IN_ORGANIZATION, changes)


def _changed[Group: (Organization, Team)](
    group: Group, changeable: tuple[str, ...], changes: dict[str, Any]
) -> Group:
    for field, value in changes.items():
        if field not in changeable:
            raise ValidationError({field: "This cannot be changed."})
        setattr(group, field, value)
    group.full_clean()
    group.save(update_fields=list(changes))
    return group


@transaction.atomic
def dissolve(team: Team) -> None:
    """End a team; what is in it goes to the default team of its organization."""
    home = team.organization.default_team
    if team.pk == GLOBAL_ID or home is None or home.pk == team.pk:
        raise ValidationError({"team": "The default team of an organization stays."})
    for relation in Team._meta.get_fields(include_hidden=True):
        if getattr(relation, "on_delete", None) is PROTECT:
            rows = relation.related_model._base_manager  # type: ignore[union-attr]
            rows.filter(**{relation.field.name: team}).update(  # type: ignore[union-attr]
                **{relation.field.name: home}  # type: ignore[union-attr]
            )
    team.delete()
