"""One service to an address: a program that publishes twice is told of the first.

Only services that the person may see count. The addresses of others stay theirs to tell, so they
are not refused either.
"""

from uuid import UUID

from django.core.exceptions import ValidationError

from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset
from ouro_web.services.models import Service


def refuse_second(base_url: str, *, by: User, besides: UUID | None = None) -> None:
    """Raises ValidationError with the code "unique", keyed by base_url."""
    seen = Asset.objects.visible_to(by).values("pk")
    address = base_url.strip().rstrip("/")
    rows = Service.objects.filter(pk__in=seen, base_url__in=[address, f"{address}/"])
    others = rows.exclude(pk=besides) if besides else rows
    known = others.order_by("pk").first()
    if known is not None:
        says = f"{known.name} has this address already, see {known.get_absolute_url()}."
        raise ValidationError({"base_url": ValidationError(says, code="unique")})
