"""Where the outputs of a run go: three selects, and what they are set to when a form opens."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from ouro_web.accounts.models import User
from ouro_web.actions.call import Destination
from ouro_web.actions.models import Action
from ouro_web.assets.access import Person
from ouro_web.lib.fields.names import State, one
from ouro_web.services.models import Route
from ouro_web.teams.models import GLOBAL_ID, Organization, Team

VISIBILITIES = (
    ("private", "Private"),
    ("organization", "Organization"),
    ("public", "Public"),
)


@dataclass
class DestinationChoice:
    """What the selects offer is looked up when it is shown."""

    person: Person
    organization: str = ""
    team: str = ""
    visibility: str = "private"
    errors: dict[str, str] = field(default_factory=dict)
    visibilities: tuple[tuple[str, str], ...] = VISIBILITIES

    @cached_property
    def organizations(self) -> list[Organization]:
        if not isinstance(self.person, User):
            return []
        found = Organization.objects.of(self.person)
        return sorted(found, key=lambda each: not each.is_global)

    @cached_property
    def teams(self) -> list[Team]:
        if not isinstance(self.person, User):
            return []
        found = Team.objects.of(self.person).select_related("organization")
        return [team for team in found if not team.organization.is_global]

    def destination(self) -> Destination:
        return Destination(uuid_in(self.organization), uuid_in(self.team), self.visibility)

    def output(self) -> dict[str, Any]:
        """The same in the words of the API, without what it would take by itself."""
        every = {
            "org_id": "" if self.organization == str(GLOBAL_ID) else self.organization,
            "team_id": self.team,
            "visibility": "" if self.visibility == "private" else self.visibility,
        }
        return {name: value for name, value in every.items() if value}


def choices(person: Person, state: State) -> DestinationChoice:
    return DestinationChoice(
        person,
        organization=one(state, "to/organization"),
        team=one(state, "to/team"),
        visibility=one(state, "to/visibility", "private"),
    )


def place_as_usual(
    choice: DestinationChoice, route: Route, person: User, context: Organization | None
) -> None:
    """Where this person's last run of the route put its outputs; else where she works just now,
    or where the route is, if she belongs there."""
    mine = Action.objects.filter(route=route, user=person).order_by("-pk")
    last = mine.values_list("organization_id", "team_id", "output_visibility").first()
    if last and _belongs(choice, last[0], last[1]):
        choice.organization, choice.team, choice.visibility = str(last[0]), str(last[1]), last[2]
    elif context is not None and context.pk != route.organization_id:
        choice.organization = str(context.pk)
    elif _belongs(choice, route.organization_id, route.team_id):
        choice.organization, choice.team = str(route.organization_id), str(route.team_id)
    elif context is not None:
        choice.organization = str(context.pk)


def _belongs(choice: DestinationChoice, organization: UUID, team: UUID) -> bool:
    """The global team is everybody's and not in the list."""
    teams = {(each.organization_id, each.pk) for each in choice.teams} | {(GLOBAL_ID, GLOBAL_ID)}
    return (organization, team) in teams


def uuid_in(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
