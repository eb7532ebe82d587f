"""Long tables in another order: the same pages as before, from a table that is sorted once."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from ouro_web.assets import deleting
from ouro_web.datasets import ordering, tables, versions
from ouro_web.datasets.conditions import Condition
from ouro_web.datasets.models import RetiredTable, SortedTable
from ouro_web.datasets.writing import write

CSV = "id,kind\n" + "".join(f"{n},{'' if n % 5 == 0 else n % 3}\n" for n in range(200))


@pytest.fixture
def long(make_dataset, monkeypatch):
    monkeypatch.setattr(ordering, "LONG", 100)
    return make_dataset(csv=CSV)


def page(dataset, order, offset=0, **more):
    found = tables.rows(dataset, limit=30, offset=offset, order=order, **more)
    return found.rows, found.numbers, found.total


@pytest.mark.parametrize("order", ["kind", "-kind", "id", "-id"])
def test_pages_are_the_same_from_a_sorted_table(long, order):
    before = [page(long, order, offset) for offset in (0, 150, 190)]
    made = SortedTable.objects.get()
    assert (made.order, made.blob) == (order, "")
    ordering.make(made.pk)
    made.refresh_from_db()
    assert default_storage.exists(made.blob)
    assert [page(long, order, offset) for offset in (0, 150, 190)] == before


def test_it_is_asked_for_once_and_only_where_it_helps(long, make_dataset, alice):
    for _ in range(2):
        page(long, "id")
    page(long, "")
    page(long, "kind", only=[Condition("id", "gt", "3")])
    page(make_dataset(csv="id\n1\n"), "id")
    assert SortedTable.objects.count() == 1


def test_other_rows_are_sorted_anew_and_the_old_order_goes(long, alice):
    page(long, "-id")
    ordering.make(SortedTable.objects.get().pk)
    old = SortedTable.objects.get().blob
    write(long, [{"id": 999}], mode="append", by=alice)
    assert page(long, "-id")[0][0] == [999, None]
    ordering.forget_unused()
    assert SortedTable.objects.get().source == long.blob
    RetiredTable.objects.update(retired_at=timezone.now() - 2 * versions.KEPT)
    versions.forget_retired()
    assert not default_storage.exists(old)


def test_an_order_that_nobody_looks_at_goes(long):
    page(long, "id")
    ordering.forget_unused()
    assert SortedTable.objects.exists()
    SortedTable.objects.update(used_at=timezone.now() - timedelta(days=8))
    ordering.forget_unused()
    assert not SortedTable.objects.exists()


def test_a_deleted_dataset_takes_its_orders_along(long, django_capture_on_commit_callbacks):
    page(long, "id")
    ordering.make(SortedTable.objects.get().pk)
    key = SortedTable.objects.get().blob
    with django_capture_on_commit_callbacks(execute=True):
        deleting.delete(long.asset)
    assert not default_storage.exists(key)


def test_making_it_twice_or_for_nothing_is_harmless(long):
    page(long, "id")
    made = SortedTable.objects.get()
    ordering.make(made.pk)
    ordering.make(made.pk)
    SortedTable.objects.all().delete()
    ordering.make(made.pk)
    assert not SortedTable.objects.exists()
