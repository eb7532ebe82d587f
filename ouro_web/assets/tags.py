"""Tags: short words by which people gather things of one kind. The models are apart from models.py,
which takes them in."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Count
from django.db.models.expressions import RawSQL

from ouro_web.accounts.models import User
from ouro_web.assets import words
from ouro_web.lib import kept
from ouro_web.lib.ids import uuid7
from ouro_web.lib.kept import slot

LONGEST = 40
MOST = 12


class Tag(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=LONGEST, unique=True)  # as `_kept` makes it
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class AssetTag(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asset = models.ForeignKey("assets.Asset", on_delete=models.CASCADE, related_name="tagged")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="on")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["tag__name"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "tag"], name="one_tag_of_a_name_on_an_asset")
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.asset_id}"


_of = kept.Rows(
    lambda: AssetTag.objects.filter(asset=slot(AssetTag, "asset")).select_related("tag")
)


def read(text: str) -> list[str]:
    """The names in a text with commas, each once, as they are kept. Raises ValidationError."""
    names: dict[str, None] = {}
    for said in filter(None, map(str.strip, text.split(","))):
        name = _kept(said)
        if not name:
            raise ValidationError(f"“{said[:LONGEST]}” has no letter or digit.")
        if len(name) > LONGEST:
            raise ValidationError(f"“{said[:20]}…” is longer than {LONGEST} characters.")
        names[name] = None
    if len(names) > MOST:
        raise ValidationError(f"These are {len(names)} tags; {MOST} are the most.")
    return list(names)


def _kept(text: str) -> str:
    """Small letters and digits of any script, with hyphens between."""
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-")


def of(asset: Any) -> list[AssetTag]:
    return _of.all(asset=asset.pk)


@transaction.atomic
def put(asset: Any, names: Iterable[str], *, by: User) -> None:
    """These tags and no others. `names` come from `read`."""
    wanted = list(names)
    Tag.objects.bulk_create([Tag(name=name) for name in wanted], ignore_conflicts=True)
    had = AssetTag.objects.filter(asset=asset.pk)
    gone, _ = had.exclude(tag__name__in=wanted).delete()
    there = set(had.values_list("tag__name", flat=True))
    new = [tag for tag in Tag.objects.filter(name__in=wanted) if tag.name not in there]
    AssetTag.objects.bulk_create(
        [AssetTag(asset_id=asset.pk, tag=tag, created_by=by) for tag in new]
    )
    if new or gone:
        words.index(asset)


def count(assets: Sequence[UUID], *, most: int = 8) -> list[tuple[str, int]]:
    """The most frequent tags of the assets with these ids, with how many have them."""
    found = AssetTag.objects.filter(asset_id__in=_among(assets)).order_by()
    counted = found.values("tag__name").annotate(number=Count("pk"))
    top = counted.order_by("-number", "tag__name")[:most]
    return [(row["tag__name"], row["number"]) for row in top]


def _among(ids: Sequence[UUID]) -> RawSQL:
    """Many ids as one parameter: to put each into a query takes longer than the query."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::uuid[])", [list(ids)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps([pk.hex for pk in ids])])
