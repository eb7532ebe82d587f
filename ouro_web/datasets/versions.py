"""Other rows for a dataset. What it held before stays as a numbered version: the newest few, and
for ever those that a run used. Rows that one person adds, lot after lot, make one version together.
"""

from collections.abc import Iterable
from copy import copy
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets import blobs
from ouro_web.assets.models import Asset
from ouro_web.datasets.making import Table
from ouro_web.datasets.models import Dataset, DatasetVersion, RetiredTable

TOGETHER = timedelta(minutes=10)
KEPT = timedelta(hours=1)  # of what no version names any more, for those who are reading it
CONTENT = ("blob", "columns", "indexes", "row_count", "size", "sha256")
FACTS = ("version", "content_at", "content_by_id", "pinned")


def switch(
    dataset: Dataset, table: Table, *, by: User | None, adds: bool = False, **fields: Any
) -> bool:
    """Show the new table from now on; False, and the table is thrown away, if one was first.
    `adds` says that all rows there were are in it, as they were."""
    if _replace(dataset, table.as_fields() | fields, by, adds=adds):
        return True
    blobs.delete(table.key)
    return False


@transaction.atomic
def same_rows(dataset: Dataset, table: Table, **fields: Any) -> bool:
    """As `switch`, for the same rows under other promises: that is no new version."""
    rows: QuerySet[Dataset] = QuerySet(Dataset).filter(pk=dataset.pk, blob=dataset.blob)
    old = dataset.blob
    if not rows.update(**table.as_fields(), **fields):
        blobs.delete(table.key)
        return False
    retire([old])
    dataset.refresh_from_db()
    return True


@transaction.atomic
def restore(dataset: Dataset, number: int, *, by: User) -> None:
    """An earlier version becomes the newest one. Raises ValidationError."""
    wanted = dataset.versions.filter(version=number).first()
    if wanted is None:
        raise ValidationError({"version": "This version is not kept any more."})
    content = {name: getattr(wanted, name) for name in CONTENT}
    if not _replace(dataset, content, by):
        raise ValidationError({"version": "Somebody wrote to it just now. Look again."})


def then(dataset: Dataset, number: int) -> Dataset | None:
    """The dataset as it was in this version; None when that is not kept."""
    if number == dataset.version:
        return dataset
    kept = dataset.versions.filter(version=number).first()
    if kept is None:
        return None
    old = copy(dataset)
    for name in CONTENT + FACTS:
        setattr(old, name, getattr(kept, name))
    return old


def pin(datasets: Iterable[UUID]) -> dict[UUID, int]:
    """These rows are used by a run: they are kept whatever comes after them. Gives the number of
    each version."""
    rows: QuerySet[Dataset] = QuerySet(Dataset).filter(pk__in=list(datasets))
    rows.filter(pinned=False).update(pinned=True)
    return dict(rows.values_list("pk", "version"))


def forget_retired() -> None:
    """Delete what was replaced an hour ago and what no version names; a restored one shares its
    table."""
    for old in RetiredTable.objects.filter(retired_at__lt=timezone.now() - KEPT)[:100]:
        if not RetiredTable.objects.filter(pk=old.pk).delete()[0]:
            continue
        named = [kind.objects.filter(blob=old.blob) for kind in (Dataset, DatasetVersion)]
        if not any(rows.exists() for rows in named):
            blobs.delete(old.blob)


@transaction.atomic
def _replace(
    dataset: Dataset, content: dict[str, Any], by: User | None, *, adds: bool = False
) -> bool:
    rows: QuerySet[Dataset] = QuerySet(Dataset).filter(pk=dataset.pk, blob=dataset.blob)
    old = rows.select_for_update().first()
    if old is None:
        return False
    marks = {"content_at": timezone.now(), "content_by": by, "pinned": False}
    rows.update(**content, **marks, version=old.version + 1)
    QuerySet(Asset).filter(pk=dataset.pk).update(updated_at=timezone.now())
    if adds and _is_part(old, by):
        retire([old.blob])
    else:
        kept = {name: getattr(old, name) for name in CONTENT + FACTS}
        DatasetVersion.objects.create(dataset=old, **kept)
    dataset.refresh_from_db()
    _prune(dataset)
    return True


def _is_part(old: Dataset, by: User | None) -> bool:
    """Of a delivery that is going on: nobody has used it, and its sender adds to it."""
    is_fresh = timezone.now() - old.content_at < TOGETHER
    return is_fresh and not old.pinned and by is not None and old.content_by_id == by.pk


def _prune(dataset: Dataset) -> None:
    beyond = list(dataset.versions.filter(pinned=False)[settings.KEEP_DATASET_VERSIONS :])
    dataset.versions.filter(pk__in=[each.pk for each in beyond]).delete()
    retire([each.blob for each in beyond])


def retire(keys: Iterable[str]) -> None:
    """They are deleted in an hour, when nobody reads them any more."""
    RetiredTable.objects.bulk_create([RetiredTable(blob=key) for key in keys])
    transaction.on_commit(forget_retired)
