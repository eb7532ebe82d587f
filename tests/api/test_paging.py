"""Lists by limit and offset, at their ends."""

import pytest

from ouro_web.notifications.notify import notify


@pytest.fixture
def ask(alice, bob, program):
    for number in range(3):
        notify(alice, "comment", f"Note {number}", by=bob)
    listed = program(alice)
    return lambda query: listed("GET", f"/user/notifications?{query}")


@pytest.mark.parametrize(
    ("query", "found", "more"),
    [
        ("", 3, False),
        ("limit=2", 2, True),
        ("limit=3", 3, False),
        ("limit=4", 3, False),
        ("limit=1&offset=1", 1, True),
        ("limit=1&offset=2", 1, False),
        ("offset=3", 0, False),
    ],
)
def test_there_is_more_until_the_last_row_is_shown(ask, query, found, more):
    told = ask(query).json()
    assert (len(told["data"]), told["pagination"]["hasMore"]) == (found, more)


def test_pages_follow_one_another_without_gap_or_overlap(ask):
    pages = [ask(f"limit=2&offset={offset}").json()["data"] for offset in (0, 2)]
    ids = [row["id"] for page in pages for row in page]
    assert len(set(ids)) == len(ids) == 3


def test_a_limit_over_the_largest_is_the_largest(ask):
    assert ask("limit=100000").json()["pagination"]["limit"] == 200
    assert ask("limit=0").status_code == 400
