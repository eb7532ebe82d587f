"""Where an operation is called: below the base URL of its service, or at a server of its own that
its document names.

At the same host a server of its own is only another path. Another host is called when somebody who
manages the service has agreed to it, and gets the secret of the service only if that was said too.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.core.exceptions import ValidationError

from ouro_web.services.credentials import checked_base_url, same_host
from ouro_web.services.models import Service

BASE, BARE, SIGNED = "base", "bare", "signed"
AGREEMENTS = (
    (BASE, "Call these at the base URL"),
    (BARE, "Call them there, without the secret"),
    (SIGNED, "Call them there, with the secret"),
)
MOST = 50


@dataclass(frozen=True, slots=True)
class Target:
    """`is_signed` says whether the secret of the service goes along."""

    base_url: str
    is_signed: bool = True


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A host besides that of the base URL, and how many operations live there."""

    address: str
    operations: int


def target(service: Service, operation: Mapping[str, Any]) -> Target:
    """Where one operation is called. Whether that may be called at all, the guard says."""
    address = own(operation.get("servers"), service.base_url)
    if not address:
        return Target(service.base_url)
    if same_host(address, service.base_url):
        return Target(address)
    agreed = service.servers.get(address)
    if agreed not in (BARE, SIGNED):
        return Target(service.base_url)
    return Target(address, agreed == SIGNED)


def own(servers: Any, base_url: str) -> str:
    """The first of an operation's servers that can be an address; relative ones lie at the host of
    the base URL."""
    for given in servers if isinstance(servers, list) else ():
        address = urljoin(f"{base_url}/", str(given)).rstrip("/")
        try:
            return checked_base_url(address)
        except ValidationError:
            continue
    return ""


def elsewhere(named: Iterable[Any], base_url: str) -> list[Elsewhere]:
    """Of the servers of many operations, the hosts to ask about."""
    found = Counter(own(servers, base_url) for servers in named if servers)
    others = ((address, times) for address, times in found.items() if address)
    asked = [item for item in others if not same_host(item[0], base_url)]
    return [Elsewhere(address, times) for address, times in asked[:MOST]]


def agreed(given: Mapping[str, str]) -> dict[str, str]:
    """What is kept of a choice for each address. Raises ValidationError."""
    known = {word for word, _ in AGREEMENTS}
    for word in given.values():
        if word not in known:
            raise ValidationError({"servers": "Say of each server how it is called."})
    return {checked_base_url(address): word for address, word in given.items() if word != BASE}


def without_secret(agreements: Mapping[str, str]) -> dict[str, str]:
    """After the secret was given for another host."""
    return dict.fromkeys(agreements, BARE)
