"""Request bodies and responses: one entry for each content type or status."""

from typing import Any

from ouro_web.services.openapi.parameters import example_values, text
from ouro_web.services.openapi.problems import at
from ouro_web.services.openapi.references import follow
from ouro_web.services.openapi.schemas import Reader


def bodies(given: Any, pointer: str, reader: Reader) -> list[dict[str, Any]]:
    """JSON first, since that is what a form makes best; else in document order."""
    if given is None:
        return []
    end = follow(reader.library.document, given, pointer)
    if isinstance(end, str):
        reader.say(pointer, f"The body is taken as any JSON: {end}.")
        return [_body("application/json", {"schema": {}}, False, "", pointer, reader)]
    value, pointer = end.value, end.pointer
    content = value.get("content") if isinstance(value, dict) else None
    if not isinstance(content, dict):
        reader.say(pointer, "A request body without content types was left out.")
        return []
    required, said = value.get("required") is True, text(value.get("description"))
    read = [
        _body(kind, media, required, said, at(pointer, "content", kind), reader)
        for kind, media in content.items()
    ]
    return sorted(read, key=lambda body: not is_json(body["content_type"]))


def _body(
    kind: str, media: Any, required: bool, description: str, pointer: str, reader: Reader
) -> dict[str, Any]:
    media = media if isinstance(media, dict) else {}
    encoding = media.get("encoding")
    schema = reader.whole(media.get("schema", {}), at(pointer, "schema"))
    if _is_xml(kind) and not (isinstance(schema, dict) and schema.get("type") == "string"):
        reader.say(pointer, "A body in XML is written as text: fields are made for JSON only.")
        schema = {"type": "string", "format": "textarea", "title": "XML"}
    return {
        "content_type": kind,
        "required": required,
        "schema": schema,
        "encoding": encoding if isinstance(encoding, dict) else {},
        "description": description,
        "examples": list(example_values(media, reader.library.document)),
    }


def responses(given: Any, pointer: str, reader: Reader) -> dict[str, dict[str, Any]]:
    read = {}
    for status, item in given.items() if isinstance(given, dict) else ():
        if not status.startswith("x-"):
            read[status] = _response(item, at(pointer, status), reader)
    return read


def _response(item: Any, pointer: str, reader: Reader) -> dict[str, Any]:
    end = follow(reader.library.document, item, pointer)
    if isinstance(end, str) or not isinstance(end.value, dict):
        return {"description": "", "content_type": "", "schema": {}}
    content = end.value.get("content")
    content = content if isinstance(content, dict) else {}
    kinds = sorted(content, key=lambda kind: not is_json(kind))
    media = content[kinds[0]] if kinds else {}
    schema = media.get("schema", {}) if isinstance(media, dict) else {}
    place = at(end.pointer, "content", *kinds[:1], "schema")
    return {
        "description": text(end.value.get("description")),
        "content_type": kinds[0] if kinds else "",
        "schema": reader.whole(schema, place),
    }


def _is_xml(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("application/xml", "text/xml") or kind.endswith("+xml")


def is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")
