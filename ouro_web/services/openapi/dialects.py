"""One schema object of OpenAPI 2.0 or 3.0 in the words of JSON Schema 2020-12.

Only the keywords of this one object are changed; `schemas.py` walks into the parts.
"""

import json
import re
from collections.abc import Callable
from typing import Any

TYPES = {"string", "number", "integer", "boolean", "array", "object", "null"}
# Beside a $ref these only describe; the rest of its siblings counts from 3.1 on.
ANNOTATIONS = {"title", "description", "default", "deprecated", "readOnly", "writeOnly"}
_APPLICATORS = ("$ref", "allOf", "anyOf", "oneOf")
# Said about the document, of no use for a form or a check; $id and its kin would move the
# base of every reference inside.
_DROPPED = {"$id", "$schema", "$anchor", "$dynamicAnchor", "$vocabulary", "$comment", "id"}
_DROPPED_WORDS = {"xml", "externalDocs"}

_WRITTEN = re.compile(r"true|false|-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?")

Note = Callable[[str], None]


def modernised(schema: dict[str, Any], *, old: bool, note: Note) -> dict[str, Any]:
    """`old` is OpenAPI 3.0 and before."""
    # "id" was the old spelling of "$id"; as a keyword it means nothing today.
    kept = {key: value for key, value in schema.items() if key not in _DROPPED | _DROPPED_WORDS}
    if old:
        kept = _without_siblings(kept)
        _old_bounds(kept)
        _old_tuple(kept)
    _example(kept)
    _file_type(kept)
    _types(kept, note)
    _required(kept, note)
    if kept.get("enum") == []:
        del kept["enum"]
        note("An “enum” without options would refuse everything and was left out.")
    _null_choices(kept, note)
    _written_default(kept, note)
    nullable = kept.pop("nullable", False) is True
    return _nullable(kept, note) if nullable else kept


def _without_siblings(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    return {
        key: value
        for key, value in schema.items()
        if key in ANNOTATIONS or key in {"$ref", "nullable"} or key.startswith("x-")
    }


def _old_bounds(schema: dict[str, Any]) -> None:
    for old, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        exclusive = schema.get(old)
        if isinstance(exclusive, bool):
            del schema[old]
            if exclusive and bound in schema:
                schema[old] = schema.pop(bound)


def _old_tuple(schema: dict[str, Any]) -> None:
    if isinstance(schema.get("items"), list):
        schema["prefixItems"] = schema.pop("items")
        if "additionalItems" in schema:
            schema["items"] = schema.pop("additionalItems")


def _example(schema: dict[str, Any]) -> None:
    if "example" in schema:
        example = schema.pop("example")
        schema.setdefault("examples", [example])


def _file_type(schema: dict[str, Any]) -> None:
    if schema.get("type") == "file":
        schema.update(type="string", format="binary")


def _types(schema: dict[str, Any], note: Note) -> None:
    """A type that JSON Schema does not know would stop every check of the operation."""
    given = schema.get("type")
    if given is None:
        schema.pop("type", None)
        return
    names = [given] if not isinstance(given, list) else given
    known = [name for name in names if isinstance(name, str) and name in TYPES]
    if len(known) < len(names):
        strange = ", ".join(str(name) for name in names if name not in known)
        note(f"The type “{strange}” is not one of JSON Schema; any value is taken there.")
        del schema["type"]
    elif isinstance(given, list):
        schema["type"] = list(dict.fromkeys(known))


def _required(schema: dict[str, Any], note: Note) -> None:
    given = schema.get("required")
    if given is None:
        schema.pop("required", None)
    elif not isinstance(given, list):
        del schema["required"]
        note("“required” is not a list of names and was left out.")
    else:
        schema["required"] = list(dict.fromkeys(name for name in given if isinstance(name, str)))


def _written_default(schema: dict[str, Any], note: Note) -> None:
    """Some generators write every default as a text, `"1024"` and `"null"`: the form would open
    with a value that its own schema refuses."""
    text, kinds = schema.get("default"), schema.get("type")
    if not isinstance(text, str) or "enum" in schema:
        return
    if text == "null" and (schema.get("nullable") is True or "null" in _listed(kinds)):
        schema["default"] = None
    elif "string" in _listed(kinds):
        return
    elif _WRITTEN.fullmatch(text) and set(_listed(kinds)) & {"integer", "number", "boolean"}:
        schema["default"] = json.loads(text)
    else:
        return
    note(f"The default “{text}” is a text and is read as the value it spells.")


def _listed(kinds: Any) -> list[Any]:
    return kinds if isinstance(kinds, list) else [kinds]


def _null_choices(schema: dict[str, Any], note: Note) -> None:
    """`anyOf: [X, {nullable: true}]` is what generators write for X or null. To the letter its
    second part takes any value, and nothing would ever be wrong."""
    for word in ("anyOf", "oneOf"):
        given = schema.get(word)
        if not isinstance(given, list) or len(given) < 2:
            continue
        said = [_is_only_nullable(item) for item in given]
        if any(said) and not all(said):
            null = {"type": "null"}
            schema[word] = [null if only else item for item, only in zip(given, said, strict=True)]
            note("“nullable: true” alone among the choices is read as null.")


def _is_only_nullable(schema: Any) -> bool:
    if not isinstance(schema, dict) or schema.get("nullable") is not True:
        return False
    return schema.keys() <= ANNOTATIONS | {"nullable"}


def _nullable(schema: dict[str, Any], note: Note) -> dict[str, Any]:
    if "enum" in schema and isinstance(schema["enum"], list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    elif any(word in schema for word in _APPLICATORS):
        note("nullable stands beside a reference or a choice; null is allowed there.")
        outer = {key: schema.pop(key) for key in list(schema) if key in ANNOTATIONS}
        return {"anyOf": [schema, {"type": "null"}], **outer}
    return schema
