from datetime import UTC, datetime, timedelta

import pytest

from ouro_web.quests import waiting
from ouro_web.quests.models import Item

FIRST = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "hours", "due"),
    [
        ("", -2, 0), ("", 50, 0), ("1d", -2, 0), ("1d", 0.5, 0), ("1d", 2, 24), ("1d", 24.5, 24),
        ("1d", 26, 48), ("6h", 7.5, 12), ("30m", 0.2, 0), ("30m", 0.3, 0.5),
    ],
)  # fmt: skip
def test_a_recurring_look_comes_due_again_and_again(every, hours, due):
    item = Item(waiting_until=FIRST, waiting_check_every=every)
    now = FIRST + timedelta(hours=hours)
    assert waiting.until(item, now) == FIRST + timedelta(hours=due)
    assert waiting.is_waiting(item, now) == (hours < due)


def test_what_waits_for_nothing_is_not_waiting():
    assert not waiting.is_waiting(Item(), FIRST)
