"""How a document says that its service wants to be called, in the words of this site."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ouro_web.lib.exchange import HEADER_NAME
from ouro_web.services.openapi.parameters import text


@dataclass(frozen=True, slots=True)
class Scheme:
    """`kind` is what is asked of people: token, basic, key or oauth2; empty for what cannot be
    sent from here. A key stands in `place` (header, query or cookie) under `word`."""

    name: str
    kind: str
    place: str = ""
    word: str = ""
    description: str = ""
    authorization_url: str = ""

    @property
    def told(self) -> str:
        if self.kind == "key":
            where = {"query": "the query", "cookie": "a cookie"}.get(self.place, "the header")
            return (
                f"a key in {where} {self.word}"
                if self.place == "header"
                else (f"a key in {where} as {self.word}")
            )
        words = {"token": "a bearer token", "basic": "a user name and password"}
        return words.get(self.kind, "an OAuth 2.0 access token" if self.kind else "not sent here")


def schemes(document: dict[str, Any], needs: Iterable[list[dict[str, Any]]]) -> tuple[Scheme, ...]:
    """Those of the document, the one that most operations take first; `needs` is the security
    of each operation."""
    used = Counter(name for need in needs for choice in need[:1] for name in choice)
    found = [_scheme(str(name), given) for name, given in _given(document).items()]
    good = [scheme for scheme in found if scheme]
    return tuple(sorted(good, key=lambda item: (not item.kind, -used[item.name])))


def places(document: dict[str, Any]) -> set[tuple[str, str]]:
    """The parameters that the credential fills, by place and name."""
    keys = [_scheme("", given) for given in _given(document).values()]
    return {
        (key.place, key.word.lower() if key.place == "header" else key.word)
        for key in keys
        if key and key.kind == "key"
    }


def _given(document: dict[str, Any]) -> dict[str, Any]:
    components = document.get("components")
    given = components.get("securitySchemes") if isinstance(components, dict) else None
    given = given or document.get("securityDefinitions")
    return given if isinstance(given, dict) else {}


def _scheme(name: str, given: Any) -> Scheme | None:
    if not isinstance(given, dict):
        return None
    kind, said = given.get("type"), text(given.get("description"))[:500]
    if kind == "apiKey":
        return _key(name, given, said)
    if kind == "basic":
        return Scheme(name, "basic", description=said)
    if kind == "http":
        scheme = str(given.get("scheme", "")).lower()
        known = {"bearer": "token", "basic": "basic"}.get(scheme, "")
        return Scheme(name, known, description=said)
    if kind in ("oauth2", "openIdConnect"):
        return Scheme(name, "oauth2", description=said, authorization_url=_authorization(given))
    return Scheme(name, "", description=said)


def _key(name: str, given: dict[str, Any], said: str) -> Scheme:
    place, word = given.get("in"), text(given.get("name"))
    if place not in ("header", "query", "cookie") or not word or len(word) > 100:
        return Scheme(name, "", description=said)
    if place != "query" and not HEADER_NAME.fullmatch(word):
        return Scheme(name, "", description=said)
    return Scheme(name, "key", str(place), word, said)


def _authorization(given: dict[str, Any]) -> str:
    flows = given.get("flows")
    flows = list(flows.values()) if isinstance(flows, dict) else [given]
    for flow in flows:
        url = flow.get("authorizationUrl") if isinstance(flow, dict) else None
        if isinstance(url, str) and url.startswith("https://"):
            return url[:500]
    return ""
