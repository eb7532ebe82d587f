"""Ports for programs that tests start."""

import itertools
import os

from ouro_web.web.ports import is_free

# Below what the system gives to connections by itself, so that a port which is free now still is
# when the program takes it; each process of the tests counts from elsewhere.
_ports = itertools.count(10_000 + os.getpid() % 200 * 100)


def free_port() -> int:
    return next(port for port in _ports if is_free("127.0.0.1", port))
