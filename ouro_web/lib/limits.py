"""How often somebody may do a thing in a stretch of time.

The counts lie in the cache "limits": Redis, which all processes share, else the memory of each
process, which is quick and forgets at a restart. A stretch begins at a multiple of its length, so
across its border twice as much may pass; that is enough to keep one program from crowding out the
others.
"""

import time
from dataclasses import dataclass

from django.core.cache import caches
from django.core.exceptions import ValidationError


@dataclass(frozen=True)
class Limit:
    name: str
    most: int  # 0: no limit
    seconds: int
    says: str


class TooManyError(ValidationError):
    """`wait` are the seconds until more is allowed. Faces say 429."""

    def __init__(self, limit: Limit, wait: int) -> None:
        super().__init__(f"{limit.says} Wait {_spoken(wait)}.")
        self.limit, self.wait = limit, wait


def take(limit: Limit, who: object, cost: int = 1) -> None:
    """Counts, and raises TooManyError once it is more than allowed."""
    if not limit.most:
        return
    now = time.time()
    if (
        _counted(f"{limit.name}:{who}:{int(now // limit.seconds)}", cost, limit.seconds)
        > limit.most
    ):
        raise TooManyError(limit, limit.seconds - int(now % limit.seconds))


def _counted(key: str, cost: int, seconds: int) -> int:
    cache = caches["limits"]
    try:
        return cache.incr(key, cost)
    except ValueError:
        cache.add(key, 0, timeout=seconds)  # several may add it; only the first does
    try:
        return cache.incr(key, cost)
    except ValueError:
        return cost  # its time ended between the two


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} s"
    return f"{-(-seconds // 60)} minutes"
