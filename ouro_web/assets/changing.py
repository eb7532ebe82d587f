"""Changing what all assets share. Whoever may edit changes the words; who may see it, and where it
belongs, only those who manage it."""

from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from ouro_web.accounts.models import User
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset, Grant
from ouro_web.assets.placement import Placement, free_address, rename
from ouro_web.teams.models import Organization, Role

ORIGINALITY = ("original", "derivative", "third-party")
RELATIONS = (
    "IsSupplementTo", "IsDerivedFrom", "References", "IsVariantFormOf", "IsIdenticalTo",
)  # fmt: skip
WORDS = ("external_url", "github_url", "paper_url", "doi_url", "doi")
LONGEST_DESCRIPTION = 20_000


@dataclass(frozen=True)
class Changes:
    """None leaves a thing as it is."""

    name: str | None = None
    description: str | None = None
    license: str | None = None
    attribution: dict[str, Any] | None = None
    visibility: str | None = None
    place: Placement | None = None


@transaction.atomic
def change(asset: Asset, changes: Changes, *, by: User) -> None:
    """Raises ValidationError keyed by what is wrong, PermissionDenied."""
    if changes.name is not None:
        if not changes.name.strip():
            raise ValidationError({"name": "Give it a name."})
        rename(asset, changes.name.strip()[:255])
    describe(asset, changes)
    if changes.place is not None and changes.place.team.pk != asset.team_id:
        _manager(asset, by)
        _move(asset, replace(changes.place, owner=asset.owner))
    if changes.visibility is not None and changes.visibility != asset.visibility:
        _manager(asset, by)
        asset.visibility = visibility(asset, changes.visibility)
    asset.save()


def describe(asset: Asset, changes: Changes) -> None:
    """Sets the words that are given on the row, which is then to be saved."""
    if changes.description is not None:
        if len(changes.description) > LONGEST_DESCRIPTION:
            says = f"The description is longer than {LONGEST_DESCRIPTION:,} characters."
            raise ValidationError({"description": says})
        asset.description = changes.description.replace("\0", "")
    if changes.license is not None:
        asset.license = changes.license.strip()[:60]
    if changes.attribution is not None:
        asset.attribution = {**asset.attribution, **attributed(changes.attribution)}


def attributed(given: dict[str, Any]) -> dict[str, Any]:
    """What is known of where an asset comes from, in the words that programs can read."""
    for name, words in (("originality", ORIGINALITY), ("relation_type", RELATIONS)):
        if given.get(name) is not None and given[name] not in words:
            raise ValidationError({"attribution": f"{name} is one of {', '.join(words)}."})
    texts = {name: str(given[name])[:2000] for name in WORDS if given.get(name)}
    chosen = {name: given[name] for name in ("originality", "relation_type") if given.get(name)}
    citation = given.get("citation")
    return {**chosen, **texts, **({"citation": citation} if isinstance(citation, dict) else {})}


def visibility(asset: Asset, wanted: str) -> str:
    known = {Visibility.PUBLIC, Visibility.PRIVATE, Visibility.ORGANIZATION}
    if asset.parent_id:
        known.add(Visibility.INHERIT)
    if wanted not in known:
        raise ValidationError({"visibility": f"Choose {', '.join(sorted(known))}."})
    if wanted == Visibility.ORGANIZATION and asset.organization.is_global:
        return Visibility.PUBLIC  # everybody is in the global organization
    return wanted


@transaction.atomic
def hand_over(asset: Asset, *, to: User, by: User) -> None:
    """Make somebody else the owner of an asset and what belongs to it. The old owner stays its
    admin, until the new one thinks otherwise. Raises PermissionDenied, ValidationError."""
    if asset.owner_id != by.pk:
        raise PermissionDenied("Only its owner can hand it over.")
    if asset.parent_id:
        raise ValidationError({"username": "It belongs to another thing. Hand that over."})
    if to.pk == by.pk:
        raise ValidationError({"username": "It is yours already."})
    place = Placement(to, asset.organization, asset.team)
    if not (
        asset.organization.is_global or Organization.objects.of(to).contains(place.organization)
    ):
        says = f"{to.display_name} is not in {asset.organization}. Move it to another place first."
        raise ValidationError({"username": says})
    Grant.objects.filter(asset=asset, user=to).delete()
    Grant.objects.update_or_create(
        asset=asset, user=by, defaults={"role": Role.ADMIN, "given_by": by}
    )
    _move(asset, place)
    asset.save()


def _move(asset: Asset, place: Placement) -> None:
    """The asset, which is then to be saved, and what belongs to it."""
    _settle(asset, place)
    for child in asset.children.all():
        _settle(child, place)
        child.save()


def _settle(asset: Asset, place: Placement) -> None:
    asset.owner, asset.organization, asset.team = place.owner, place.organization, place.team
    if place.namespace != asset.namespace:
        asset.slug = free_address(asset.asset_type, place.namespace, asset.name)
        asset.namespace = place.namespace
    if asset.visibility == Visibility.ORGANIZATION and place.organization.is_global:
        # Everybody is in the global organization: what some could see would be open to all.
        asset.visibility = Visibility.PRIVATE


def _manager(asset: Asset, person: User) -> None:
    if not Asset.objects.managed_by(person).filter(pk=asset.pk).exists():
        raise PermissionDenied("Only its admins can change who may see it and where it belongs.")
