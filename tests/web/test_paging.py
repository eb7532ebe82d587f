"""Lists of pages at their ends."""

import pytest
from django.test import RequestFactory

from ouro_web.assets.models import Asset
from ouro_web.web.paging import numbered, page_of


def names(page):
    return [row.name for row in page.items]


@pytest.fixture
def rows(make_asset):
    for number in range(4):
        make_asset(str(number))
    return Asset.objects.all()


def ask(address=""):
    return RequestFactory().get(f"/posts/{address}")


def test_older_ones_are_a_page_away_until_the_last(rows):
    first = page_of(ask(), rows, size=2)
    assert (names(first), first.newer) == (["3", "2"], "")
    last = page_of(ask(first.older.removeprefix("/posts/")), rows, size=2)
    assert (names(last), last.older, last.newer) == (["1", "0"], "", "/posts/")


def test_a_place_that_is_none_is_the_start(rows):
    assert names(page_of(ask("?after=nowhere"), rows, size=3)) == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("asked", "found", "before", "after"),
    [
        ("", "01", "", "/posts/?page=2"),
        ("?page=2", "23", "/posts/?page=1", ""),
        ("?page=3", "23", "/posts/?page=1", ""),
        ("?page=0", "01", "", "/posts/?page=2"),
        ("?page=x", "01", "", "/posts/?page=2"),
    ],
)
def test_numbered_pages_end_where_the_rows_end(rows, asked, found, before, after):
    page = numbered(ask(asked), rows.order_by("pk"), size=2)
    assert ("".join(names(page)), page.before, page.after) == (found, before, after)
    assert (page.pages, page.total, page.last) == (2, 4, int(found[1]) + 1)
