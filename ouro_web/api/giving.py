"""What a program gives of an asset, as the values that operations take."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError

from ouro_web.api.bodies import Given
from ouro_web.api.http import Request
from ouro_web.api.placing import placement
from ouro_web.assets.access import Visibility
from ouro_web.assets.changing import Changes, attributed
from ouro_web.assets.models import Asset
from ouro_web.assets.placement import Placement

ORIGINAL = {"originality": "original"}


def place(request: Request, given: Given) -> Placement:
    return placement(
        request, org_id=given.org_id, team_id=given.team_id, visibility=given.visibility
    )


def columns(given: Given) -> dict[str, Any]:
    """The words of a new asset: columns of its row."""
    values = given.values()
    description = values.get("description", "")
    if len(description) > 20_000:
        raise ValidationError({"description": "The description is longer than 20,000 characters."})
    return {
        "description": description,
        "license": (given.license_id or "")[:60],
        "attribution": attributed({**ORIGINAL, **(given.attribution or {})}),
    }


def changes(request: Request, asset: Asset, given: Given) -> Changes:
    """What of it is to change, with the new place when one is named."""
    values = given.values()
    return Changes(
        name=values.get("name"),
        description=values.get("description"),
        license=given.license_id,
        attribution=given.attribution,
        visibility=given.visibility,
        place=_new_place(request, asset, given),
    )


def _new_place(request: Request, asset: Asset, given: Given) -> Placement | None:
    moves = (given.team_id and given.team_id != asset.team_id) or (
        given.org_id and given.org_id != asset.organization_id
    )
    if not moves:
        return None
    if not Asset.objects.managed_by(request.auth.user).filter(pk=asset.pk).exists():
        raise PermissionDenied("Only its admins can change where it belongs.")
    return placement(
        request, org_id=given.org_id, team_id=given.team_id, visibility=Visibility.PUBLIC
    )
