"""A run form as a link, and a link as a form. A link fills; it never runs, and carries no secrets,
headers or cookies in either direction."""

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ouro_web.lib import fields
from ouro_web.lib.declarations import from_stored
from ouro_web.lib.fields import exact
from ouro_web.lib.fields.names import State
from ouro_web.services.models import Route

READABLE = 600  # characters of an address that people can still make sense of
LONGEST = 2000  # of an address that every program takes
LARGEST = 256 * 1024  # characters that a short text may unpack to
AREAS = ("path", "query", "body")
_OPEN = ("p/", "q/", "b/", "b~", "a/", "p~", "q~")
_UNTOLD = ("~d", "~m", "~j", "~q", "~pick", "~file")

Values = tuple[dict[str, Any], dict[str, list[str]]]  # a document, and ids of assets by name


def open_part(route: Route, document: Mapping[str, Any]) -> dict[str, Any]:
    """What of a document may stand in a link or a preset."""
    shown = fields.without_secrets(route.operation, dict(document))
    kept = {area: shown[area] for area in AREAS if area in shown}
    return kept | ({"content_type": shown["content_type"]} if shown.get("content_type") else {})


def query(
    route: Route, state: State, document: Mapping[str, Any], assets: Mapping[str, Any]
) -> str:
    """The query of a link that fills these values in: names and values where that says it all,
    else packed; "" when it would be too long."""
    shown = open_part(route, document)
    plain = _differences(route, state)
    if plain is not None and _says_it_all(route, plain, shown):
        chosen = [(f"a/{name}", pk) for name, ids in assets.items() for pk in ids]
        told = urlencode([*plain, *chosen])
        if len(told) <= READABLE:
            return told
    packed = urlencode({"v": pack((shown, dict(assets)))})
    return packed if len(packed) <= LONGEST else ""


def _differences(route: Route, state: State) -> list[tuple[str, str]] | None:
    """What to type into a fresh form; None when something would have to be taken out of it."""
    fresh = fields.build(route.operation, from_stored(route.input_assets, "input")).state
    if any(name not in state for name in fresh if _is_value(name)):
        return None
    changed = [name for name in state if _is_value(name) and state[name] != fresh.get(name, [""])]
    return [(name, text) for name in changed for text in state[name]]


def _is_value(name: str) -> bool:
    return is_link_name(name) and not name.startswith("a/")


def is_link_name(name: str) -> bool:
    """The names of controls that a link may fill."""
    return name.startswith(_OPEN) and not name.endswith(_UNTOLD)


def _says_it_all(route: Route, plain: list[tuple[str, str]], wanted: dict[str, Any]) -> bool:
    inputs = from_stored(route.input_assets, "input")
    state = dict(fields.build(route.operation, inputs).state)
    given: State = {}
    for name, text in plain:
        given.setdefault(name, []).append(text)
    read = fields.read(route.operation, inputs, {**state, **given}).document
    return exact.same(open_part(route, read), wanted)


def pack(values: Values) -> str:
    document, assets = values
    text = exact.dumps({"document": document, "assets": assets})
    return urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def unpack(route: Route, text: str) -> Values | None:
    """None for what is no packed form. Its values are as unproven as anything typed."""
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        reader = zlib.decompressobj()
        plain = reader.decompress(packed, LARGEST)
        found = exact.loads(plain.decode()) if not reader.unconsumed_tail else None
    except (binascii.Error, zlib.error, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    document, assets = found.get("document"), found.get("assets")
    if not isinstance(document, dict) or not isinstance(assets, dict):
        return None
    return checked(route, document, assets)


def checked(route: Route, document: dict[str, Any], assets: Mapping[str, Any]) -> Values | None:
    """Kept or sent values in the shape that a form takes; other parts are left out."""
    areas = {area: document[area] for area in AREAS if area in document}
    if any(not isinstance(areas[area], dict) for area in areas if area != "body"):
        return None
    content_type = document.get("content_type")
    if isinstance(content_type, str):
        areas["content_type"] = content_type
    ids = {
        str(name): [str(pk) for pk in several]
        for name, several in assets.items()
        if isinstance(several, list)
    }
    return open_part(route, areas), ids
