"""Where a new asset goes, and under which address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset
from ouro_web.lib import kept
from ouro_web.lib.slugs import free_slug, slugify
from ouro_web.teams.models import GLOBAL_ID, Organization, Team

_global_organization = kept.Rows(lambda: Organization.objects.filter(pk=GLOBAL_ID))
_global_team = kept.Rows(lambda: Team.objects.filter(pk=GLOBAL_ID))


@dataclass(frozen=True)
class Placement:
    owner: User
    organization: Organization
    team: Team
    visibility: str = Visibility.PUBLIC
    source: str = "web"
    # Called with the new asset inside its transaction: what must be on record together with it.
    then: Callable[[Asset], None] | None = None

    @classmethod
    def for_person(
        cls, user: User, *, visibility: str = Visibility.PUBLIC, source: str = "web"
    ) -> "Placement":
        """The global organization and its team, where things land without a choice."""
        return cls(
            owner=user,
            organization=_global_organization.only(),
            team=_global_team.only(),
            visibility=visibility,
            source=source,
        )

    def made(self, asset: Asset) -> None:
        """To be called by whoever makes the asset, in the transaction that makes it."""
        if self.then:
            self.then(asset)

    @property
    def namespace(self) -> str:
        return self.owner.username if self.organization.is_global else self.organization.name


def checked(
    user: User,
    *,
    organization: Organization | None,
    team: Team | None,
    visibility: str,
    source: str = "web",
) -> Placement:
    """A placement this person may use.

    Raises ValidationError keyed by organization, team or visibility. What she may not see is
    refused with the same words as what does not exist. The global organization and its team are
    everybody's, so nobody's membership is looked up for them. Pages make nothing in a team that
    takes things from programs only; what comes from programs is judged where they ask, since the
    outputs of a run may go to any team.
    """
    if organization is None:
        organization = team.organization if team else _global_organization.only()
    mine = organization.is_global or Organization.objects.of(user).contains(organization)
    if not mine:
        raise ValidationError({"organization": "Choose one of your organizations."})
    if team is None:
        team = first_team(user, organization, source)
    elif team.organization_id != organization.pk or not _may_use(user, team):
        raise ValidationError({"team": f"Choose one of your teams in {organization}."})
    if source == "web" and not team.takes_from(source):
        refused = f"In {team} things are made by programs only. Choose another team."
        raise ValidationError({"team": refused})
    if visibility not in {Visibility.PUBLIC, Visibility.PRIVATE, Visibility.ORGANIZATION}:
        raise ValidationError({"visibility": "Choose public, organization or private."})
    if visibility == Visibility.ORGANIZATION and organization.is_global:
        visibility = Visibility.PUBLIC  # everybody is in the global organization
    return Placement(user, organization, team, visibility, source)


def _may_use(user: User, team: Team) -> bool:
    return team.pk == GLOBAL_ID or Team.objects.of(user).contains(team)


def first_team(user: User, organization: Organization, source: str) -> Team:
    """The oldest that takes things from there; where none does, the oldest, which tells so."""
    if organization.is_global:
        return _global_team.only()
    mine = Team.objects.of(user).filter(organization=organization).select_related("organization")
    teams = list(mine.order_by("created_at"))
    if not teams:
        raise ValidationError({"team": f"You are in no team of {organization}."})
    return next((team for team in teams if team.takes_from(source)), teams[0])


def base_fields(placement: Placement, *, asset_type: str, name: str) -> dict[str, Any]:
    """The shared columns of a new asset, with an address that is free."""
    slug = free_address(asset_type, placement.namespace, name)
    return {**_shared(placement, asset_type, name), "slug": slug}


def _shared(placement: Placement, asset_type: str, name: str) -> dict[str, Any]:
    return {
        "asset_type": asset_type,
        "name": name.strip()[:255] or "Untitled",
        "namespace": placement.namespace,
        "owner": placement.owner,
        "organization": placement.organization,
        "team": placement.team,
        "visibility": placement.visibility,
        "source": placement.source,
    }


def base_fields_of_many(
    placement: Placement, *, asset_type: str, names: Sequence[str]
) -> list[dict[str, Any]]:
    """The same for several at once, with one look at the addresses that are taken."""
    _queue_for(placement.namespace)
    rows = Asset.objects.filter(asset_type=asset_type, namespace=placement.namespace)
    taken = set(rows.values_list("slug", flat=True))
    made = []
    for name in names:
        slug = free_slug(slugify(name, fallback=asset_type), taken.__contains__)
        taken.add(slug)
        made.append({**_shared(placement, asset_type, name), "slug": slug})
    return made


def free_address(asset_type: str, namespace: str, name: str) -> str:
    """To be called in the transaction that writes the address: until its end, whoever else wants
    one in this namespace waits, so that two cannot find the same one free."""
    _queue_for(namespace)
    rows = Asset.objects.filter(asset_type=asset_type, namespace=namespace)
    wanted = slugify(name, fallback=asset_type)
    taken = set(rows.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return free_slug(wanted, taken.__contains__)


def _queue_for(namespace: str) -> None:
    """A namespace is a person's or an organization's. The lock lets rows refer to the locked one
    meanwhile; SQLite has no such locks and needs none, since there all writers queue."""
    for rows in (
        User.objects.filter(username=namespace),
        Organization.objects.filter(name=namespace),
    ):
        rows.select_for_update(no_key=True).values_list("pk").first()


def rename(asset: Asset, name: str) -> None:
    """A new name is a new slug and address; the id stays."""
    if name.strip() == asset.name:
        return
    asset.name = name.strip()
    if slugify(name, fallback=asset.asset_type) != slugify(asset.slug):
        asset.slug = free_address(asset.asset_type, asset.namespace, name)
