"""Counting looks and downloads. One's own do not count."""

from typing import Literal

from django.db.models import F

from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset, Engagement

Kind = Literal["views", "downloads"]


def count(asset: Asset, kind: Kind, *, by: Person) -> None:
    if by.pk == asset.owner_id:
        return
    Engagement.objects.get_or_create(asset_id=asset.pk)
    Engagement.objects.filter(asset=asset.pk).update(**{kind: F(kind) + 1})


def of(asset: Asset) -> Engagement:
    return Engagement.objects.filter(asset=asset.pk).first() or Engagement(asset_id=asset.pk)
