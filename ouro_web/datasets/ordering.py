"""Long tables in another order. Sorting a million rows for each page costs a hundred times what the
page does; so who sorts by a column has the whole table written in that order, in the background,
and from then on a page of it costs the same at any depth. What is not used for a week is deleted.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import close_old_connections, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.tasks import task
from django.utils import timezone

from ouro_web.assets import blobs
from ouro_web.datasets import making, versions
from ouro_web.datasets.models import Dataset, SortedTable

logger = logging.getLogger(__name__)

LONG, TOO_LONG = 50_000, 5_000_000  # rows; sorting more takes more memory than an import may have
MOST = 6  # orders of one table
UNUSED = timedelta(days=7)
_one_by_one = ThreadPoolExecutor(1, thread_name_prefix="ordering")


def find(dataset: Dataset, order: str) -> str | None:
    """The key of the table in this order; None where there is none yet."""
    if not is_of_use(dataset):
        return None
    made = SortedTable.objects.filter(source=dataset.blob, order=order).first()
    if made is None:
        return None
    if made.blob and made.used_at < timezone.now() - UNUSED / 7:
        SortedTable.objects.filter(pk=made.pk).update(used_at=timezone.now())
    return made.blob or None


def is_of_use(dataset: Dataset) -> bool:
    return LONG <= dataset.row_count <= TOO_LONG


@transaction.atomic
def ask(dataset: Dataset, order: str) -> None:
    """Have the table written in this order, once; a row without a table is one that is being made,
    or that could not be. For readers who are signed in: it takes as much room as the table."""
    if not is_of_use(dataset):
        return
    there = SortedTable.objects.filter(source=dataset.blob)
    if there.count() >= MOST:
        return
    wanted = {"dataset_id": dataset.pk}
    made, is_new = there.get_or_create(source=dataset.blob, order=order, defaults=wanted)
    if is_new:
        transaction.on_commit(lambda: sort_table.enqueue(str(made.pk)))


@task()
def sort_table(pk: str) -> None:
    """Sorting is long; the queue's own threads deliver runs."""
    _one_by_one.submit(_make_in_thread, UUID(pk))


def _make_in_thread(pk: UUID) -> None:
    close_old_connections()
    try:
        make(pk)
    except Exception:
        logger.exception("A table could not be sorted; its pages are sorted one by one")
    finally:
        close_old_connections()


def make(pk: UUID) -> None:
    wanted = SortedTable.objects.filter(pk=pk, blob="").first()
    if wanted is None:
        return  # delivered twice, or no longer of use
    try:
        table = making.in_order(blobs.local_path(wanted.source), wanted.order)
    except ValidationError as refused:
        logger.info("No table in the order of %s: %s", wanted.order, refused.messages[0])
        return
    if not SortedTable.objects.filter(pk=pk, blob="").update(blob=table.key):
        blobs.delete(table.key)


def forget_unused() -> None:
    """Tables of rows that were written since, and those that nobody looks at."""
    present: QuerySet[Dataset] = QuerySet(Dataset).filter(blob=OuterRef("source"))
    unused = Q(used_at__lt=timezone.now() - UNUSED) | ~Exists(present)
    for old in list(SortedTable.objects.filter(unused)[:100]):
        versions.retire(_forgotten(old))


def _forgotten(old: SortedTable) -> Iterator[str]:
    if SortedTable.objects.filter(pk=old.pk).delete()[0] and old.blob:
        yield old.blob
