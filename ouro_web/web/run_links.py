"""Addresses of a route's run form that fill it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from ouro_web.lib.fields import names
from ouro_web.services.models import Route

PLACES = {"path": "path", "query": "query", "header": "headers", "cookie": "cookies"}
LONGEST = 2000


def to_form(route: Route, values: str) -> str:
    """`values` is a JSON object by the names of parameters, inputs and fields of the body. What an
    address cannot hold (lists, long texts) is left out."""
    given = json.loads(values) if values else {}
    pairs = [pair for name, value in given.items() for pair in _pairs(route, name, value)]
    query = urlencode([pair for pair in pairs if len(pair[1]) <= LONGEST])
    url = route.get_absolute_url()
    return f"{url}?{query}" if query else url


def _pairs(route: Route, name: str, value: Any) -> Iterator[tuple[str, str]]:
    if name in (route.input_assets or {}):
        yield from _flat(f"a/{names.escape(name)}", value)
        return
    parameters = route.operation.get("parameters", [])
    place = next((each["in"] for each in parameters if each["name"] == name), "")
    letter = names.LETTERS[PLACES.get(place, "body")]
    yield from _flat(f"{letter}/{names.escape(name)}", value)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}/{names.escape(str(key))}", inner)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif isinstance(value, str | int | float):
        yield name, str(value)
