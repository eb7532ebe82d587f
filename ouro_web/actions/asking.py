"""Asking the owner of something for access to it, without learning whether it is there at all."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.actions.models import Action
from ouro_web.assets.models import Asset
from ouro_web.lib.storable import storable
from ouro_web.notifications.models import Kind, Notification
from ouro_web.notifications.notify import notify

LONGEST_NOTE = 200
MOST_A_DAY = 20


def ask(pk: UUID, *, by: User, note: str = "") -> None:
    """Tells the owner of the asset or run, once a day. Nothing comes back, whatever there is."""
    since = timezone.now() - timedelta(days=1)
    asked = Notification.objects.filter(
        source_user=by, kind=Kind.SHARE, text__contains=" asks for access to ", created_at__gt=since
    )
    if asked.count() >= MOST_A_DAY:
        return
    words = f" “{' '.join(storable(note).split())[:LONGEST_NOTE]}”" if note.strip() else ""
    who = f"{by.display_name} (@{by.username})"
    if asked.filter(Q(asset=pk) | Q(action_id=pk)).exists():
        return
    if asset := Asset.objects.filter(pk=pk).first():
        text = f"{who} asks for access to {asset.name}.{words}"
        notify(asset.owner, Kind.SHARE, text, by=by, asset=asset)
    elif action := Action.objects.filter(pk=pk).select_related("user").first():
        text = f"{who} asks for access to your run of {action.route_name}.{words}"
        notify(action.user, Kind.SHARE, text, by=by, action_id=pk)
