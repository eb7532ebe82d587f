"""Counting in the memory of the process, and in Redis where several share it."""

import os
import threading
import uuid

import pytest
import redis

from ouro_web.lib.limits import Limit, TooManyError, take
from tests.conftest import absent

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
LONG = 10**9  # seconds: no test runs across the border of two stretches


def limit(most: int) -> Limit:
    return Limit(uuid.uuid4().hex, most, LONG, "Too many.")


@pytest.fixture(params=["memory", "redis"])
def cache(request, settings):
    if request.param == "redis":
        try:
            redis.Redis.from_url(REDIS).ping()
        except redis.RedisError:
            absent("Redis")
        shared = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS}
        settings.CACHES = {**settings.CACHES, "limits": shared}


def test_what_is_over_the_limit_is_refused_with_the_time_to_wait(cache):
    three = limit(3)
    for _ in range(3):
        take(three, "alice")
    with pytest.raises(TooManyError) as refused:
        take(three, "alice")
    assert 0 < refused.value.wait <= LONG
    assert refused.value.messages[0].startswith("Too many. Wait ")
    take(three, "bob")


def test_a_cost_counts_at_once(cache):
    take(limit(10), "alice", cost=10)
    with pytest.raises(TooManyError):
        take(limit(10), "alice", cost=11)


def test_none_is_lost_when_several_count_at_once(cache):
    hundred, refused = limit(100), []

    def count() -> None:
        for _ in range(50):
            try:
                take(hundred, "alice")
            except TooManyError:
                refused.append(1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 100


def test_zero_is_no_limit():
    for _ in range(5):
        take(limit(0), "alice")
