"""Which addresses the platform may call on behalf of a person.

The platform sits inside a network that its users do not; an address they choose must not become a
way into it. URLs are judged here as text, resolved addresses as parsed values; `lib.upstream` asks
both questions and connects to nothing that was not judged.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, urlsplit

import idna

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DEFAULT_PORTS = {"http": 80, "https": 443}
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

# AddressError even when a network that contains them is allowed: instance metadata (which hands out
# credentials), "this host", multicast and broadcast.
NEVER: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "224.0.0.0/4",
        "255.255.255.255/32",
        "::/128",
        "fd00:ec2::254/128",
        "fd20:ce::254/128",
        "fe80::/10",
        "ff00::/8",
    )
)
# Special ranges that `ipaddress.is_global` lets through, or that embed an IPv4 address.
SPECIAL: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
        "240.0.0.0/4",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
# Ports above 1023 on which something other than HTTP listens: databases, caches, remote control.
FOREIGN_PORTS = frozenset(
    {1080, 1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3128, 3306, 3389, 3659}
    | {4045, 4190, 5060, 5061, 5432, 5900, 5984, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669}
    | {6679, 6697, 9042, 9100, 9200, 9300, 10080, 10250, 11211, 27017, 27018}
)
NAME = re.compile(
    r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")


class AddressError(ValueError):
    """An address that may not be called; the text is for the person who typed it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Target:
    """A judged URL, cut into the parts that decide where a connection goes."""

    scheme: str
    host: str
    port: int
    address: Address | None

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


@dataclass(frozen=True, slots=True)
class Policy:
    """Private places that may be called all the same: names and networks, each with or without
    a port (0 = any)."""

    names: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[tuple[Network, int], ...] = ()

    @classmethod
    def allowing(cls, entries: Iterable[str]) -> Self:
        """Read `host`, `host:port`, `address`, `[v6]:port` and `network/bits` entries.

        Raises ValueError naming the entry that is none of them.
        """
        names: set[tuple[str, int]] = set()
        networks: list[tuple[Network, int]] = []
        for entry in (text.strip().lower() for text in entries):
            if not entry:
                continue
            host, port = _split_entry(entry)
            network = _network(host)
            if network is not None:
                networks.append((network, port))
            elif NAME.fullmatch(host):
                names.add((host, port))
            else:
                raise ValueError(f"{entry!r} is not a host, a host:port or a network.")
        return cls(frozenset(names), tuple(networks))

    def lists_name(self, host: str, port: int) -> bool:
        return (host, port) in self.names or (host, 0) in self.names

    def lists_address(self, address: Address, port: int) -> bool:
        return any(
            wanted in (0, port) and address.version == network.version and address in network
            for network, wanted in self.networks
        )


def check_url(url: str, policy: Policy) -> Target:
    """Judge a URL as text; an address written in it is judged too. Raises AddressError."""
    if len(url) > 8192:
        raise AddressError("address_invalid", "The address is longer than 8,192 characters.")
    if any(character <= " " or character in "\\\x7f" for character in url):
        raise AddressError(
            "address_invalid", "The address contains a space or another unfit character."
        )
    parts = _split(url)
    scheme, host, port = parts.scheme.lower(), _host(parts), _port(parts)
    address = _literal(host)
    if address is not None:
        check_address(address, host=host, port=port, policy=policy)
    listed = policy.lists_name(host, port) or (
        address is not None and policy.lists_address(_unmapped(address), port)
    )
    if not listed:
        _check_port(port)
    return Target(scheme, host, port, address)


def check_address(address: Address, *, host: str, port: int, policy: Policy) -> None:
    """Judge one address that `host` stands for. Raises AddressError, without naming the address."""
    plain = _unmapped(address)
    if _within(plain, NEVER):
        raise AddressError("address_refused", f"{host} leads to an address that is never called.")
    if policy.lists_name(host, port) or policy.lists_address(plain, port):
        return
    if not is_public(plain):
        raise AddressError(
            "address_refused",
            f"{host} leads into a private network. An administrator can allow it "
            "with OURO_ALLOWED_PRIVATE_HOSTS.",
        )


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet and to one machine there."""
    plain = _unmapped(address)
    if isinstance(plain, ipaddress.IPv6Address) and plain not in GLOBAL_UNICAST:
        return False
    return plain.is_global and not _within(plain, NEVER + SPECIAL)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise AddressError("address_invalid", "The address cannot be read as a URL.") from error
    if parts.scheme.lower() not in DEFAULT_PORTS:
        raise AddressError("address_invalid", "The address must start with http:// or https://.")
    if "@" in parts.netloc:
        raise AddressError(
            "address_invalid", "Leave the user name and password out of the address."
        )
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    if parts.netloc.startswith("["):
        return host
    host = _ascii(host).removesuffix(".")
    if not host or len(host) > 253 or not NAME.fullmatch(host):
        raise AddressError("address_invalid", "The address has no valid host name.")
    return host


def _ascii(host: str) -> str:
    """The name as it is looked up. Letters that only look like others are folded first."""
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise AddressError("address_invalid", "The address has no valid host name.") from error


def _port(parts: SplitResult) -> int:
    port = DEFAULT_PORTS[parts.scheme.lower()] if parts.port is None else parts.port
    if port == 0:
        raise AddressError("address_invalid", "Port 0 cannot be called.")
    return port


def _check_port(port: int) -> None:
    if port in FOREIGN_PORTS or (port < 1024 and port not in DEFAULT_PORTS.values()):
        raise AddressError("address_refused", f"Port {port} is used for something other than HTTP.")


def _literal(host: str) -> Address | None:
    """The address written as the host, if it is one; other numeric spellings are refused.

    Resolvers read 2130706433, 0177.1 and 0x7f.1 as addresses, and not all of them the same way.
    """
    if ":" in host or not NAME.fullmatch(host):
        return _version6(host)
    if not NUMERIC_LABEL.fullmatch(host.rsplit(".", 1)[-1]):
        return None
    try:
        return ipaddress.IPv4Address(host)
    except ValueError as error:
        message = "Write a numeric address as four decimal numbers."
        raise AddressError("address_invalid", message) from error


def _version6(host: str) -> Address:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError as error:
        raise AddressError("address_invalid", "The address has no valid host name.") from error
    if address.scope_id:
        raise AddressError("address_invalid", "Leave the zone out of the address.")
    return address


def _unmapped(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == each.version and address in each for each in networks)


def _split_entry(entry: str) -> tuple[str, int]:
    if entry.startswith("["):
        host, _, rest = entry[1:].partition("]")
        return host, int(rest.removeprefix(":") or 0)
    if entry.count(":") == 1:
        host, _, port = entry.partition(":")
        return host, int(port)
    return entry, 0


def _network(host: str) -> Network | None:
    try:
        return ipaddress.ip_network(host)
    except ValueError:
        return None
