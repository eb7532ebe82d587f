"""Long tables in another order: the same pages as before, from a table that is sorted once."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from ouro_web.assets import deleting
from ouro_web.assets.models import Asset
from ouro_web.datasets import ordering, tables, versions
from ouro_web.datasets.models import RetiredTable, SortedTable
from ouro_web.datasets.writing import write
from ouro_web.web import rows_page

CSV = "id,kind\n" + "".join(f"{n},{'' if n % 5 == 0 else n % 3}\n" for n in range(200))


@pytest.fixture
def long(make_dataset, monkeypatch):
    monkeypatch.setattr(ordering, "LONG", 100)
    return make_dataset(csv=CSV)


def page(dataset, order, offset=0):
    ordering.ask(dataset, order)
    found = tables.rows(dataset, limit=30, offset=offset, order=order)
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


def test_it_is_asked_for_once_and_only_where_it_helps(long, make_dataset, alice, signed_in):
    client = signed_in(alice)
    short = make_dataset(csv="id\n1\n")
    for asked in ("sort=id", "sort=id&from=50", "", "sort=kind&where=id.gt.3"):
        assert client.get(f"{long.get_absolute_url()}?{asked}").status_code == 200
    client.get(f"{short.get_absolute_url()}?sort=id")
    assert SortedTable.objects.count() == 1


def test_visitors_have_nothing_written_and_are_not_led_deep(long, client, monkeypatch):
    monkeypatch.setattr(rows_page, "DEEPEST", 100)
    Asset.objects.filter(pk=long.pk).update(visibility="public")
    page = f"{long.get_absolute_url()}?sort=id"
    first = client.get(f"{page}&from=50").content.decode()
    assert "Sign in</a> to go further" not in first
    last = client.get(f"{page}&from=150").content.decode()
    assert "Rows 101 to 150 of 200" in last
    assert f"?next={quote(page.partition('?')[0], safe='')}%3Fsort%3Did" in last
    assert not SortedTable.objects.exists()

    ordering.ask(long, "id")
    ordering.make(SortedTable.objects.get().pk)
    assert "Rows 151 to 200 of 200" in client.get(f"{page}&from=150").content.decode()


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
