"""The people of the demo, their organization and its teams."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction

from ouro_web.accounts.models import User
from ouro_web.assets.access import Visibility
from ouro_web.assets.placement import Placement
from ouro_web.teams.membership import found_organization, found_team, join_organization, join_team
from ouro_web.teams.models import Organization, Role, Team

# Known to everybody who reads this: the demo is for a site that only its own machine can reach.
PASSWORD = "try-ouro-demo"  # noqa: S105
LAB = "lattice-lab"
MISSION = "Where atoms are missing, and what that costs: point defects in metals and their alloys."
TEAMS = {
    "point-defects": "Vacancies, antisites and what sits between the atoms.",
    "alloys": "Ordered and disordered alloys of the noble metals.",
}


@dataclass(frozen=True)
class Cast:
    mira: User
    jonas: User
    aiko: User
    lab: Organization
    defects: Team
    alloys: Team

    def place(
        self, owner: User, *, team: Team | None = None, visibility: str = Visibility.PUBLIC
    ) -> Placement:
        return Placement(owner, self.lab, team or self.defects, visibility)


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    bio: str

    @property
    def email(self) -> str:
        return f"{self.username}@demo.example"


PEOPLE = (
    Person("mira", "Mira Okafor", "Computes defects in metals. Runs the lab's materials service."),
    Person("jonas", "Jonas Brandt", "Measures elastic properties, and compares."),
    Person("aiko", "Aiko Tanaka", "Grows thin films; new here."),
)


@transaction.atomic
def make() -> Cast:
    mira, jonas, aiko = (_person(person) for person in PEOPLE)
    lab = Organization.objects.filter(name=LAB).first() or _found(mira, jonas, aiko)
    teams = {team.name: team for team in lab.teams.all()}
    return Cast(mira, jonas, aiko, lab, teams["point-defects"], teams["alloys"])


def _person(person: Person) -> User:
    found = User.objects.filter(username=person.username).first()
    return found or _sign_up(person)


def _sign_up(person: Person) -> User:
    user = User.objects.create_user(
        username=person.username,
        email=person.email,
        password=PASSWORD,
        name=person.name,
        bio=person.bio,
    )
    EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
    return user


def _found(mira: User, jonas: User, aiko: User) -> Organization:
    lab = found_organization(founder=mira, name=LAB, display_name="Lattice Lab")
    Organization.objects.filter(pk=lab.pk).update(mission=MISSION)
    join_organization(lab, jonas)
    join_organization(lab, aiko)
    for name, description in TEAMS.items():
        team = found_team(founder=mira, organization=lab, name=name)
        Team.objects.filter(pk=team.pk).update(description=description)
        join_team(team, jonas, Role.WRITE)
        join_team(team, aiko, Role.WRITE)
    return lab
