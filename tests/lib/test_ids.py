"""Ids sort by when they were made, also within a millisecond and from several threads."""

import time
from concurrent.futures import ThreadPoolExecutor

from ouro_web.lib.ids import uuid7


def test_ids_grow_without_a_gap_for_equals():
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_an_id_says_its_version_and_its_millisecond():
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= after


def test_threads_never_make_the_same_moment():
    with ThreadPoolExecutor(8) as threads:
        batches = list(threads.map(lambda _: [uuid7() for _ in range(2000)], range(8)))
    made = [one for batch in batches for one in batch]
    assert len({one.int >> 64 for one in made}) == len(made)
