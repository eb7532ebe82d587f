"""The words of Swagger 2.0 in those of OpenAPI 3: bodies, form fields, styles, servers."""

from typing import Any

_STYLES: dict[str, dict[str, Any]] = {
    "csv": {},
    "multi": {"style": "form", "explode": True},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
}
_NOT_SCHEMA = {
    "name",
    "in",
    "required",
    "description",
    "collectionFormat",
    "allowEmptyValue",
    "schema",
}
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")

Parameters = list[tuple[dict[str, Any], str]]


def parameter(old: dict[str, Any]) -> dict[str, Any]:
    """A path, query or header parameter, whose schema stood beside its name."""
    style = dict(_STYLES.get(str(old.get("collectionFormat", "csv")), {}))
    if not style and old.get("in") == "query" and old.get("type") == "array":
        style = {"style": "form", "explode": False}
    named = ("name", "in", "required", "description")
    kept: dict[str, Any] = {key: old[key] for key in named if key in old}
    return {**kept, **style, "schema": schema_of(old)}


def schema_of(old: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in old.items()
        if key not in _NOT_SCHEMA and not key.startswith("x-")
    }


def request_body(parameters: Parameters, consumes: list[str]) -> dict[str, Any] | None:
    """Of the parameters in "body" and "formData", which 3.0 made one request body."""
    for old, _ in parameters:
        if old.get("in") == "body":
            types = [kind for kind in consumes if kind not in _FORM_TYPES] or ["application/json"]
            return {
                "description": old.get("description", ""),
                "required": old.get("required") is True,
                "content": {kind: {"schema": old.get("schema", {})} for kind in types},
            }
    fields = [old for old, _ in parameters if old.get("in") == "formData"]
    return _form(fields, consumes) if fields else None


def _form(fields: list[dict[str, Any]], consumes: list[str]) -> dict[str, Any]:
    has_file = any(field.get("type") == "file" for field in fields)
    kind = _FORM_TYPES[1] if has_file or _FORM_TYPES[1] in consumes else _FORM_TYPES[0]
    named = [field for field in fields if isinstance(field.get("name"), str)]
    required = [field["name"] for field in named if field.get("required") is True]
    properties = {
        field["name"]: {**schema_of(field), "description": field.get("description", "")}
        for field in named
    }
    schema = {"type": "object", "properties": properties, "required": required}
    media: dict[str, Any] = {"schema": schema}
    if kind == _FORM_TYPES[0]:
        lists = [field for field in named if field.get("type") == "array"]
        media["encoding"] = {field["name"]: _joined(field) for field in lists}
    return {"required": bool(required), "content": {kind: media}}


def _joined(field: dict[str, Any]) -> dict[str, Any]:
    """How the items of a list become one text, or several."""
    told = _STYLES.get(str(field.get("collectionFormat", "csv")))
    return told or {"style": "form", "explode": False}


def response(old: dict[str, Any], produces: list[str]) -> dict[str, Any]:
    if "schema" not in old:
        return {"description": old.get("description", "")}
    kind = produces[0] if produces else "application/json"
    return {
        "description": old.get("description", ""),
        "content": {kind: {"schema": old["schema"]}},
    }


def servers(document: dict[str, Any]) -> list[dict[str, Any]]:
    base = document.get("basePath") if isinstance(document.get("basePath"), str) else ""
    host = document.get("host")
    if not isinstance(host, str) or not host:
        return [{"url": base}] if base else []
    schemes = document.get("schemes")
    schemes = (
        [item for item in schemes if item in ("https", "http")] if isinstance(schemes, list) else []
    )
    ordered = sorted(schemes or ["https"], reverse=True)
    return [{"url": f"{scheme}://{host}{base}"} for scheme in ordered]


def media_types(document: dict[str, Any], operation: dict[str, Any], word: str) -> list[str]:
    given = operation.get(word, document.get(word))
    return [kind for kind in given if isinstance(kind, str)] if isinstance(given, list) else []
