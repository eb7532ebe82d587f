"""What a team keeps at the top of its page."""

from django.core.exceptions import PermissionDenied, ValidationError

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset, Pin
from ouro_web.teams.models import Role, Team

MOST = 12


def pin(asset: Asset, *, by: User) -> Pin:
    """At the top of the page of the asset's team. Raises PermissionDenied, ValidationError."""
    _require_writer(asset.team, by)
    if Pin.objects.filter(team=asset.team).exclude(asset=asset).count() >= MOST:
        raise ValidationError(f"A team pins at most {MOST} things. Unpin one first.")
    made, _ = Pin.objects.get_or_create(team=asset.team, asset=asset, defaults={"pinned_by": by})
    return made


def unpin(asset: Asset, *, by: User) -> None:
    _require_writer(asset.team, by)
    Pin.objects.filter(team=asset.team, asset=asset).delete()


def may_pin(team: Team, user: User) -> bool:
    writers = team.memberships.filter(user=user, role__in=(Role.WRITE, Role.ADMIN))
    return writers.exists() or Team.objects.managed_by(user).filter(pk=team.pk).exists()


def _require_writer(team: Team, user: User) -> None:
    if not may_pin(team, user):
        raise PermissionDenied("Only those who write in the team may pin things.")
