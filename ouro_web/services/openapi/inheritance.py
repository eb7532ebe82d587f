"""Types that extend one another: a schema with a discriminator and no choice stands for all that
are made of it by `allOf`. Where it is used it becomes that choice, so that it is drawn and checked
like any other; inside the `allOf` of those it stays what it is. One that lists as its choice just
those that extend it, which would have no end, is the same.

A choice between some that extend one of these is told apart by what that says.
"""

from typing import Any

Schemas = dict[str, Any]
Children = dict[str, list[str]]
CHOICES = ("oneOf", "anyOf")
ANY = "-any"


def unfolded(document: dict[str, Any]) -> dict[str, Any]:
    """The same document where nothing is inherited."""
    schemas, prefix = _named(document)
    children = _children(schemas)
    choices = {
        f"{prefix}{name}": choice
        for name, schema in schemas.items()
        if _is_base(name, schema, children, prefix)
        and (choice := _choice(name, schema, schemas, children, prefix))
    }
    if not choices:
        return document
    # What is made of it may not lead back to it.
    plain = {
        name: {key: item for key, item in schema.items() if key not in CHOICES}
        if f"{prefix}{name}" in choices
        else schema
        for name, schema in schemas.items()
    }
    # Each choice once, under a name of its own: written out at every use it would multiply.
    named = {reference: f"{reference}{ANY}" for reference in choices}
    walked: dict[str, Any] = _walked(_with_schemas(document, plain), choices, named)
    return _with_schemas(
        walked,
        {
            **_named(walked)[0],
            **{name.removeprefix(prefix): choices[reference] for reference, name in named.items()},
        },
    )


def _with_schemas(document: dict[str, Any], schemas: Schemas) -> dict[str, Any]:
    components = document.get("components")
    if isinstance(components, dict) and isinstance(components.get("schemas"), dict):
        return {**document, "components": {**components, "schemas": schemas}}
    return {**document, "definitions": schemas}


def _named(document: dict[str, Any]) -> tuple[Schemas, str]:
    components = document.get("components")
    found = components.get("schemas") if isinstance(components, dict) else None
    if isinstance(found, dict):
        return found, "#/components/schemas/"
    found = document.get("definitions")
    return (found if isinstance(found, dict) else {}), "#/definitions/"


def _is_base(name: str, schema: Any, children: Children, prefix: str) -> bool:
    if not isinstance(schema, dict) or not _tag(schema):
        return False
    listed = [item for word in CHOICES for item in _listed(schema, word)]
    if not listed:
        return True
    references = {item.get("$ref") for item in listed if isinstance(item, dict)}
    return references <= {f"{prefix}{child}" for child in _extending(name, children, prefix)}


def _listed(schema: dict[str, Any], word: str) -> list[Any]:
    given = schema.get(word)
    return given if isinstance(given, list) else []


def _tag(schema: dict[str, Any]) -> str:
    """The property that tells the types apart: a text in Swagger 2.0."""
    given = schema.get("discriminator")
    given = given.get("propertyName") if isinstance(given, dict) else given
    return given if isinstance(given, str) else ""


def _choice(
    name: str, schema: dict[str, Any], schemas: Schemas, children: Children, prefix: str
) -> dict[str, Any] | None:
    given = schema["discriminator"]
    mapping = given.get("mapping") if isinstance(given, dict) else None
    told = {
        str(value): target if target.startswith("#") else f"{prefix}{target}"
        for value, target in (mapping.items() if isinstance(mapping, dict) else ())
        if isinstance(target, str)
    }
    for child in _extending(name, children, prefix):
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


def _extending(name: str, children: Children, prefix: str) -> list[str]:
    """All that are made of it, directly or by way of others."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        for child in children.get(f"{prefix}{waiting.pop()}", ()):
            if child not in found and child != name:
                found[child] = None
                waiting.append(child)
    return list(found)


def _children(schemas: Schemas) -> Children:
    """The schemas that are directly made of each, by the reference to it."""
    found: Children = {}
    for name, schema in schemas.items():
        for part in _listed(schema, "allOf") if isinstance(schema, dict) else ():
            if isinstance(part, dict) and part.keys() == {"$ref"}:
                found.setdefault(str(part["$ref"]), []).append(name)
    return found


def _walked(
    value: Any, choices: dict[str, Any], named: dict[str, str], *, extends: bool = False
) -> Any:
    """A copy with each use of a base as its choice; `extends` inside a list of `allOf`."""
    if isinstance(value, list):
        return [_walked(item, choices, named, extends=extends) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if not extends and isinstance(reference, str) and reference in choices:
        return {**value, "$ref": named[reference]}
    value = _told_apart(value, choices)
    return {
        key: _walked(item, choices, named, extends=key == "allOf") for key, item in value.items()
    }


def _told_apart(value: dict[str, Any], choices: dict[str, Any]) -> dict[str, Any]:
    """A choice between several that extend the same base, with the discriminator of that."""
    if "discriminator" in value:
        return value
    listed = [item for word in CHOICES for item in _listed(value, word)]
    references = {str(item["$ref"]) for item in listed if isinstance(item, dict) and "$ref" in item}
    for choice in choices.values() if len(references) > 1 else ():
        given = choice["discriminator"]
        told = {word: target for word, target in given["mapping"].items() if target in references}
        if len(set(told.values())) > 1:
            return {**value, "discriminator": {**given, "mapping": told}}
    return value
