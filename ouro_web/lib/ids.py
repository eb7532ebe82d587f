"""UUID version 7 (RFC 9562): ids that sort by the moment they were made.

Python has uuid.uuid7 from 3.14 on; this is for 3.12 and 3.13.
"""

import secrets
import threading
import time
import uuid

_making = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A new id, greater than every one that this process made before.

    The moment fills 48 bits with milliseconds and 12 with the parts of one, of 244 ns each (RFC
    9562, section 6.2, method 3): "all up to this one" and orders by id hold also within one
    millisecond. A clock that is put back does not make an id smaller.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    moment = ((milliseconds & ((1 << 48) - 1)) << 12) | (rest << 12) // 1_000_000
    global _last
    with _making:
        moment = _last = max(moment, _last + 1)
    value = (moment >> 12) << 80 | 0x7 << 76 | (moment & 0xFFF) << 64
    return uuid.UUID(int=value | 0b10 << 62 | secrets.randbits(62))
