"""Giving people roles on an asset, and taking them back."""

from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset, Grant
from ouro_web.teams.models import Role


def grant(asset: Asset, *, to: User, role: str, by: User) -> Grant:
    """Give a role on an asset the giver manages; the owner always has everything."""
    if role not in Role.values:
        raise ValidationError({"role": "Choose read, write or admin."})
    if to.pk == asset.owner_id:
        raise ValidationError({"user": "The owner has every right already."})
    given, _ = Grant.objects.update_or_create(
        asset=asset, user=to, defaults={"role": role, "given_by": by}
    )
    return given


def revoke(asset: Asset, *, user: User) -> None:
    Grant.objects.filter(asset=asset, user=user).delete()
