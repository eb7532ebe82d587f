"""Finding what an address names, with access in the lookup: what a person may not see is the same
404 as what never existed; what she sees but may not change is 403."""

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from ouro_web.assets import access
from ouro_web.assets.access import ForSaleError, Person
from ouro_web.assets.models import Asset


def visible_asset(person: Person, pk: UUID) -> Asset:
    return get_object_or_404(Asset.objects.visible_to(person).for_cards(), pk=pk)


def readable[Kind: Asset](model: type[Kind], person: Person, **named: Any) -> Kind:
    """For what is inside it. Raises ForSaleError where she may see it, and that is all."""
    found = model.objects.readable_by(person).filter(**named).first()
    if found is None:
        get_object_or_404(model.objects.visible_to(person), **named)
        raise ForSaleError("Its content is for sale, and this site takes no money.")
    return cast(Kind, found)


def editable_asset(person: Person, pk: UUID) -> Asset:
    asset = visible_asset(person, pk)
    if not may_edit(person, asset):
        raise PermissionDenied("You may see this, but not change it.")
    return asset


def managed_asset(person: Person, pk: UUID) -> Asset:
    asset = visible_asset(person, pk)
    if not may_manage(person, asset):
        raise PermissionDenied("Only its admins can do this.")
    return asset


def may_edit(person: Person, asset: Asset) -> bool:
    return access.may_edit(asset.pk, person)


def may_manage(person: Person, asset: Asset) -> bool:
    return access.may_manage(asset.pk, person)


def rights(person: Person, asset: Asset) -> dict[str, bool]:
    """The flags that the head of an asset page asks for."""
    return {"can_edit": may_edit(person, asset), "can_manage": may_manage(person, asset)}
