"""Where the operations live: the servers of a document as addresses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

_VARIABLE = re.compile(r"\{([^{}]+)\}")
MOST = 50


@dataclass(frozen=True, slots=True)
class Variable:
    """A part of an address that a person fills in; `choices` are all there are, if any."""

    name: str
    default: str
    choices: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """`template` is as written, possibly relative, with its variables in braces."""

    template: str
    description: str = ""
    variables: tuple[Variable, ...] = ()

    @property
    def address(self) -> str:
        return self.filled({})

    def filled(self, values: Mapping[str, str]) -> str:
        """With these values, else the defaults; what has neither stays in braces."""
        known = {item.name: item.default for item in self.variables if item.default} | dict(values)
        return _VARIABLE.sub(lambda match: known.get(match[1], match[0]), self.template)


def servers(given: Any) -> tuple[Server, ...]:
    if not isinstance(given, list):
        return ()
    read = [_server(item) for item in given[:MOST] if isinstance(item, dict)]
    return tuple({item.template: item for item in reversed(read) if item}.values())[::-1]


def addresses(given: Any) -> list[str]:
    """With the variables at their defaults; possibly relative."""
    return list(dict.fromkeys(server.address for server in servers(given)))


def base_urls(servers: tuple[str, ...], source_url: str) -> list[str]:
    """Absolute addresses to offer as base URL, best first.

    Without a server a document speaks of the host it was read from.
    """
    absolute = [urljoin(source_url, address) for address in servers or ("/",)]
    usable = [_trimmed(address) for address in absolute if urlsplit(address).hostname]
    return [address for address in dict.fromkeys(usable) if address.startswith(("http:", "https:"))]


def _trimmed(address: str) -> str:
    return address.rstrip("/")


def _server(given: dict[str, Any]) -> Server | None:
    url = given.get("url")
    if not isinstance(url, str) or not url.strip():
        return None
    template = url.strip()[:1000]
    named = given.get("variables")
    known = named if isinstance(named, dict) else {}
    names = list(dict.fromkeys(_VARIABLE.findall(template)))[:MOST]
    variables = tuple(_variable(name, known.get(name)) for name in names)
    return Server(template, _text(given.get("description")), variables)


def _variable(name: str, given: Any) -> Variable:
    given = given if isinstance(given, dict) else {}
    choices = given.get("enum")
    listed = tuple(map(str, choices)) if isinstance(choices, list) else ()
    default = given.get("default")
    first = str(default) if default is not None else (listed[0] if listed else "")
    return Variable(name, first, listed, _text(given.get("description")))


def _text(value: Any) -> str:
    return " ".join(value.split())[:500] if isinstance(value, str) else ""
