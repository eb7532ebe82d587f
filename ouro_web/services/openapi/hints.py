"""What would make the page of a route better; nothing here stops it from working."""

from collections.abc import Iterator, Mapping
from typing import Any

from ouro_web.lib.declarations import Declaration
from ouro_web.services.openapi.problems import Problem, at

_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def for_operation(
    operation: dict[str, Any], inputs: Mapping[str, Declaration], here: str
) -> Iterator[Problem]:
    for message in _sentences(operation, inputs):
        yield Problem(here, message, "hint")
    for index, body in enumerate(operation["bodies"][1:], start=1):
        if body["content_type"] == operation["bodies"][0]["content_type"]:
            yield Problem(at(here, index), "The same content type stands twice.", "hint")


def _sentences(operation: dict[str, Any], inputs: Mapping[str, Declaration]) -> Iterator[str]:
    if not operation["summary"]:
        yield "No summary, so the name is made from method and path. Give it one to name the page."
    silent = len(_undescribed(operation, inputs))
    if silent:
        count = _NUMBERS[silent] if silent < len(_NUMBERS) else str(silent)
        yield (
            f"{count} field{'s have' if silent > 1 else ' has'} no description. "
            f"People will see only {'their names' if silent > 1 else 'its name'}."
        )
    if _takes_bytes(operation) and not inputs:
        yield (
            "Takes a file in its body. Declare it under x-ouro-input-assets "
            "and a picker takes its place."
        )
    if inputs and not operation["bodies"]:
        yield "Declares input assets but no request body; they are sent as a JSON body."
    mode = operation["extensions"].get("x-ouro-execution-mode")
    if "202" in operation["responses"] and mode is None:
        yield (
            "May answer 202. If the result comes later by callback, "
            "declare x-ouro-execution-mode: async."
        )


def _undescribed(operation: dict[str, Any], inputs: Mapping[str, Declaration]) -> list[str]:
    silent = [item["name"] for item in operation["parameters"] if not item["description"]]
    for body in operation["bodies"][:1]:
        schema = plain(body["schema"], operation["$defs"])
        placed = {item.path[0] for item in inputs.values() if item.path}
        for name, field in schema.get("properties", {}).items():
            described = plain(field, operation["$defs"]).get("description")
            own = isinstance(field, dict) and field.get("description")
            if name not in placed and not described and not own:
                silent.append(name)
    return silent


def _takes_bytes(operation: dict[str, Any]) -> bool:
    for body in operation["bodies"]:
        schema = plain(body["schema"], operation["$defs"])
        if body["content_type"] == "application/octet-stream":
            return True
        fields = schema.get("properties", {}).values()
        if any(_is_bytes(plain(field, operation["$defs"])) for field in fields):
            return True
    return False


def _is_bytes(schema: dict[str, Any]) -> bool:
    return schema.get("format") == "binary" or "contentMediaType" in schema


def plain(schema: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema behind references and behind "this or null"; {} where there is no one such."""
    for _ in range(20):
        if not isinstance(schema, dict):
            return {}
        if "$ref" in schema:
            schema = definitions.get(schema["$ref"].removeprefix("#/$defs/"))
            continue
        several = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf") or []
        real = [item for item in several if item != {"type": "null"}]
        if len(real) != 1 or "properties" in schema:
            return schema
        schema = real[0]
    return {}
