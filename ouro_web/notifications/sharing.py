"""Sharing an asset with somebody, who is told of it."""

from django.db import transaction

from ouro_web.accounts.models import User
from ouro_web.assets import sharing
from ouro_web.assets.models import Asset, Grant
from ouro_web.notifications.models import Kind
from ouro_web.notifications.notify import notify


@transaction.atomic
def share(asset: Asset, *, to: User, role: str, by: User) -> Grant:
    """As `assets.sharing.grant`; a changed role is no news."""
    is_new = not Grant.objects.filter(asset=asset, user=to).exists()
    given = sharing.grant(asset, to=to, role=role, by=by)
    if is_new:
        text = f"{by.display_name} shared {asset.name} with you."
        notify(to, Kind.SHARE, text, by=by, asset=asset)
    return given
