"""Types that extend one another: a schema with a discriminator and no choice stands for all that
are made of it by `allOf`. Where it is used it becomes that choice, so that it is drawn and checked
like any other; inside the `allOf` of those it stays what it is.
"""

from typing import Any

Schemas = dict[str, Any]


def unfolded(document: dict[str, Any]) -> dict[str, Any]:
    """The same document where nothing is inherited."""
    schemas, prefix = _named(document)
    choices = {
        f"{prefix}{name}": choice
        for name, schema in schemas.items()
        if _is_base(schema) and (choice := _choice(name, schema, schemas, prefix))
    }
    return _walked(document, choices) if choices else document


def _named(document: dict[str, Any]) -> tuple[Schemas, str]:
    components = document.get("components")
    found = components.get("schemas") if isinstance(components, dict) else None
    if isinstance(found, dict):
        return found, "#/components/schemas/"
    found = document.get("definitions")
    return (found if isinstance(found, dict) else {}), "#/definitions/"


def _is_base(schema: Any) -> bool:
    return (
        isinstance(schema, dict) and bool(_tag(schema)) and not {"oneOf", "anyOf"} & schema.keys()
    )


def _tag(schema: dict[str, Any]) -> str:
    """The property that tells the types apart: a text in Swagger 2.0."""
    given = schema.get("discriminator")
    given = given.get("propertyName") if isinstance(given, dict) else given
    return given if isinstance(given, str) else ""


def _choice(
    name: str, schema: dict[str, Any], schemas: Schemas, prefix: str
) -> dict[str, Any] | None:
    given = schema["discriminator"]
    mapping = given.get("mapping") if isinstance(given, dict) else None
    told = {
        str(value): target if target.startswith("#") else f"{prefix}{target}"
        for value, target in (mapping.items() if isinstance(mapping, dict) else ())
        if isinstance(target, str)
    }
    for child in _extending(name, schemas, prefix):
        if f"{prefix}{child}" not in told.values():
            told[child] = f"{prefix}{child}"
    told = {
        value: target
        for value, target in told.items()
        if target.removeprefix(prefix) in schemas and target != f"{prefix}{name}"
    }
    if not told:
        return None
    references = [{"$ref": target} for target in dict.fromkeys(told.values())]
    return {"oneOf": references, "discriminator": {"propertyName": _tag(schema), "mapping": told}}


def _extending(name: str, schemas: Schemas, prefix: str) -> list[str]:
    """All that are made of it, directly or by way of others."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        reference = f"{prefix}{waiting.pop()}"
        for child, schema in schemas.items():
            parts = schema.get("allOf") if isinstance(schema, dict) else None
            is_child = isinstance(parts, list) and {"$ref": reference} in parts
            if is_child and child not in found and child != name:
                found.append(child)
                waiting.append(child)
    return found


def _walked(value: Any, choices: dict[str, Any], *, extends: bool = False) -> Any:
    """A copy with each use of a base as its choice; `extends` inside a list of `allOf`."""
    if isinstance(value, list):
        return [_walked(item, choices, extends=extends) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if not extends and isinstance(reference, str) and reference in choices:
        rest = {key: item for key, item in value.items() if key != "$ref"}
        return {**choices[reference], **rest}
    return {key: _walked(item, choices, extends=key == "allOf") for key, item in value.items()}
