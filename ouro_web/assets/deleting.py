"""Taking an asset out of the world: its row, its children and its bytes.

Runs that used or made it keep its name; posts that embed it show that it is gone.
"""

from django.core.exceptions import ValidationError
from django.db import transaction

from ouro_web.assets import blobs
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset, AssetType


@transaction.atomic
def delete(asset: Asset) -> None:
    """Bytes go after the commit, so that a rolled-back deletion has lost nothing."""
    keys = [key for one in (asset, *asset.children.all()) for key in _keys(one)]
    Asset.objects.get(pk=asset.pk).delete()
    transaction.on_commit(lambda: _forget(keys))


@transaction.atomic
def delete_alone(asset: Asset) -> None:
    """The children stay, each for itself. Raises ValidationError for a service with routes,
    which are nothing without it."""
    if asset.asset_type == AssetType.SERVICE and asset.children.exists():
        raise ValidationError({"delete_children": "The service has routes. Delete them with it."})
    inheriting = asset.children.filter(visibility=Visibility.INHERIT)
    inheriting.update(visibility=asset.effective_visibility)
    asset.children.update(parent=None)
    delete(asset)


def _forget(keys: list[str]) -> None:
    for key in keys:
        blobs.delete(key)


def _keys(asset: Asset) -> list[str]:
    """Of a kind with versions all of them."""
    kind = asset.kind
    found: list[str] = getattr(kind, "blobs", [getattr(kind, "blob", "")])
    return [each for each in found if each]
