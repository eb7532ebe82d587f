"""The parameters of one operation: its own and its path's, without what the platform fills."""

import re
from collections.abc import Iterator
from typing import Any

from ouro_web.services.openapi import swagger
from ouro_web.services.openapi.problems import at
from ouro_web.services.openapi.references import follow
from ouro_web.services.openapi.schemas import Reader

PLACES = ("path", "query", "header", "cookie", "querystring")
_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),
    "querystring": ("form",),
}
# OpenAPI itself ignores these three as header parameters.
_OWN_HEADERS = {"accept", "content-type", "authorization"}

Raw = tuple[dict[str, Any], str]


def merged(document: dict[str, Any], levels: list[tuple[Any, str]], reader: Reader) -> list[Raw]:
    """Every parameter once, followed to where it is defined; later levels win by place and name."""
    found: dict[tuple[str, str], Raw] = {}
    for given, pointer in levels:
        if given is None:
            continue
        if not isinstance(given, list):
            reader.say(pointer, "The parameters are not a list and were left out.")
            continue
        for index, item in enumerate(given):
            raw = _followed(document, item, at(pointer, index), reader)
            if raw:
                found[raw[0]["in"], raw[0]["name"]] = raw
    return list(found.values())


def _followed(document: dict[str, Any], item: Any, pointer: str, reader: Reader) -> Raw | None:
    end = follow(document, item, pointer)
    if isinstance(end, str):
        reader.say(pointer, f"This parameter was left out: {end}.")
        return None
    value = end.value
    named = isinstance(value, dict) and isinstance(value.get("name"), str) and value["name"]
    if not named or not isinstance(value.get("in"), str):
        reader.say(pointer, "A parameter without a name or a place (“in”) was left out.")
        return None
    return value, end.pointer


def read(raws: list[Raw], path: str, secured: set[tuple[str, str]], reader: Reader) -> list[Any]:
    """`secured` are the places and names that the service's credentials fill."""
    templates = re.findall(r"\{([^{}]+)\}", path)
    read = []
    for value, pointer in raws:
        place, name = value["in"], value["name"]
        if place in ("body", "formData") or _filled_elsewhere(place, name, secured):
            continue
        if place not in PLACES:
            reader.say(pointer, f"The place “{place}” of parameter “{name}” is not known here.")
        elif place == "path" and name not in templates:
            reader.say(pointer, f"The path has no {{{name}}}, so this parameter was left out.")
        else:
            read.append(_parameter(value, pointer, reader))
    read.extend(_undeclared(templates, read, path, reader))
    return read


def _filled_elsewhere(place: str, name: str, secured: set[tuple[str, str]]) -> bool:
    lower = name.lower()
    if place == "header" and (lower in _OWN_HEADERS or lower.startswith("ouro-")):
        return True
    return (place, lower if place == "header" else name) in secured


def _parameter(value: dict[str, Any], pointer: str, reader: Reader) -> dict[str, Any]:
    if "type" in value and "schema" not in value and reader.library.old:
        value = swagger.parameter(value)
    place = value["in"]
    style = value.get("style")
    if style not in _STYLES[place]:
        if style is not None:
            reader.say(pointer, f"The style “{style}” is not one for the {place}.")
        style = _STYLES[place][0]
    schema, content_type = _schema(value, pointer, reader)
    if place == "querystring":
        return _whole_query(value, schema, content_type)
    explode = value.get("explode")
    return {
        "name": value["name"],
        "in": place,
        "required": place == "path" or value.get("required") is True,
        "schema": schema,
        "style": style,
        "explode": explode
        if isinstance(explode, bool)
        else style in ("form", "deepObject", "cookie"),
        "description": text(value.get("description")),
        "deprecated": value.get("deprecated") is True,
        "allow_reserved": value.get("allowReserved") is True,
        "content_type": content_type,
    }


def _whole_query(value: dict[str, Any], schema: Any, content_type: str | None) -> dict[str, Any]:
    """All that stands behind the question mark, of OpenAPI 3.2: the fields of a form, each a pair,
    or a text of another type."""
    is_form = content_type in (None, "application/x-www-form-urlencoded")
    return {
        "name": value["name"],
        "in": "query",
        "required": value.get("required") is True,
        "schema": schema,
        "style": "form",
        "explode": True,
        "description": text(value.get("description")),
        "deprecated": value.get("deprecated") is True,
        "allow_reserved": False,
        "content_type": None if is_form else content_type,
        "whole": not is_form,
    }


def _schema(value: dict[str, Any], pointer: str, reader: Reader) -> tuple[Any, str | None]:
    content = value.get("content")
    if isinstance(content, dict) and content:
        kind, media = next(iter(content.items()))
        inner = media.get("schema", {}) if isinstance(media, dict) else {}
        return reader.whole(inner, at(pointer, "content", kind, "schema")), str(kind)
    schema = reader.whole(value.get("schema", {}), at(pointer, "schema"))
    examples = list(example_values(value, reader.library.document))
    if examples and isinstance(schema, dict) and "$ref" not in schema:
        schema.setdefault("examples", examples)
    return schema, None


def _undeclared(templates: list[str], read: list[Any], path: str, reader: Reader) -> Iterator[Any]:
    """A part of the path that nobody declared still needs a value, or there is no address."""
    known = {item["name"] for item in read if item["in"] == "path"}
    for name in dict.fromkeys(templates):
        if name not in known:
            reader.say(at("", "paths", path), f"{{{name}}} is not declared; it is taken as a text.")
            yield _parameter({"name": name, "in": "path", "schema": {"type": "string"}}, "", reader)


def example_values(holder: dict[str, Any], document: dict[str, Any]) -> Iterator[Any]:
    if "example" in holder:
        yield holder["example"]
    several = holder.get("examples")
    if isinstance(several, dict):
        for item in several.values():
            end = follow(document, item, "")
            if not isinstance(end, str) and isinstance(end.value, dict) and "value" in end.value:
                yield end.value["value"]
    elif isinstance(several, list):
        yield from several


def text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
