"""Counting looks and downloads. One's own do not count, and the same person counts once a day."""

from datetime import timedelta
from typing import Literal

from django.core.cache import caches
from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Sum
from django.utils import timezone

from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset, AssetQuerySet, DayOfViews, Engagement
from ouro_web.lib import kept
from ouro_web.lib.kept import slot

Kind = Literal["views", "downloads"]

WINDOWS = {"day": 1, "week": 7, "month": 30}
A_DAY = 24 * 60 * 60

_of = kept.Rows(lambda: Engagement.objects.filter(asset=slot(Engagement, "asset")))


def count(asset: Asset, kind: Kind, *, by: Person, visitor: str = "") -> None:
    """`visitor` names one who is not signed in; without it each look of hers counts."""
    if by.pk == asset.owner_id:
        return
    who = str(by.pk or visitor)
    today = timezone.now().date()
    # One that is counted again after a restart does no harm.
    key = f"look:{asset.pk}:{who}:{today}"
    if kind == "views" and who and not caches["limits"].add(key, 1, A_DAY):
        return
    with transaction.atomic():
        Engagement.objects.get_or_create(asset_id=asset.pk)
        Engagement.objects.filter(asset=asset.pk).update(**{kind: F(kind) + 1})
        if kind == "views":
            DayOfViews.objects.get_or_create(asset_id=asset.pk, day=today)
            row = DayOfViews.objects.filter(asset=asset.pk, day=today)
            row.update(views=F("views") + 1)


def of(asset: Asset) -> Engagement:
    return _of.first(asset=asset.pk) or Engagement(asset_id=asset.pk)


def most_seen(rows: AssetQuerySet, window: str) -> AssetQuerySet:
    """Rows by how often they were seen within day, week or month; any other word is ever."""
    if window not in WINDOWS:
        return rows.order_by(F("engagement__views").desc(nulls_last=True), "-pk")
    begin = timezone.now().date() - timedelta(days=WINDOWS[window] - 1)
    days = DayOfViews.objects.filter(asset=OuterRef("pk"), day__gte=begin).order_by()
    seen = days.values("asset").annotate(number=Sum("views")).values("number")
    counted = rows.annotate(seen_lately=Subquery(seen))
    return counted.order_by(F("seen_lately").desc(nulls_last=True), "-pk")
