"""Which ports a set-up takes, so that two of them on one machine do not meet."""

import socket
from collections.abc import Collection
from ipaddress import ip_address

SPAN = 100  # how many ports after the first are tried


class NoFreePort(Exception):
    """Every port that may be taken is in use."""


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_free(host: str, port: int) -> bool:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError:
        return False
    return True


def first_free(host: str, start: int, *, but_not: Collection[int] = ()) -> int:
    for port in range(start, min(start + SPAN, 65_536)):
        if port not in but_not and is_free(host, port):
            return port
    raise NoFreePort(f"Every port from {start} to {start + SPAN - 1} at {host} is in use.")
