"""The places of a request that an operation declares: path, query, headers, cookies and body."""

from collections.abc import Iterator, Mapping
from typing import Any

from ouro_web.lib.declarations import Declaration
from ouro_web.lib.fields.exact import ABSENT, Absent, Json
from ouro_web.lib.fields.fill import defaults
from ouro_web.lib.fields.names import LETTERS, pointer
from ouro_web.lib.fields.shape import shape_of
from ouro_web.lib.fields.view import Schema

Operation = Mapping[str, Any]
Inputs = Mapping[str, Declaration]
Document = dict[str, Any]

MOST_EXAMPLES = 10
_IN = {"path": "path", "query": "query", "header": "headers", "cookie": "cookies"}


def area_schemas(operation: Operation, content_type: str = "") -> dict[str, tuple[Any, bool]]:
    """The places of a request: schema, and whether something must be there."""
    found: dict[str, tuple[Any, bool]] = {}
    for place, area in _IN.items():
        listed = [item for item in operation.get("parameters") or () if item.get("in") == place]
        if listed:
            found[area] = _parameters(listed, place), True
    body = body_of(operation, content_type)
    if body is not None:
        found["body"] = body.get("schema", {}), bool(body.get("required"))
    return found


def _parameters(listed: list[dict[str, Any]], place: str) -> Schema:
    """Parameters of one place as an object schema; their own words win over the schema's."""
    properties = {}
    for item in listed:
        schema = item.get("schema")
        words = {key: item[key] for key in ("description", "deprecated") if item.get(key)}
        if place == "path":
            words["minLength"] = 1  # an empty part would be another address
        given = schema if isinstance(schema, dict) else {}
        properties[str(item["name"])] = {"allOf": [given], **words} if words else given
    required = [str(item["name"]) for item in listed if item.get("required") or place == "path"]
    return {"type": "object", "properties": properties, "required": required}


def known_names(operation: Operation) -> dict[str, list[str]]:
    """The first keys of each area, by its letter."""
    root = root_of(operation)
    found: dict[str, list[str]] = {}
    for area, (schema, _) in reversed(area_schemas(operation).items()):
        shape = shape_of(root, schema)
        several = [shape, *(shape_of(root, branch.schema) for branch in shape.branches)]
        found[LETTERS[area]] = [item.key for each in several for item in each.properties]
    return found


def content_types(operation: Operation) -> list[str]:
    """JSON first: it says the most."""
    types = [str(body.get("content_type")) for body in operation.get("bodies") or ()]
    return sorted(types, key=lambda name: "json" not in name)


def body_of(operation: Operation, content_type: str = "") -> dict[str, Any] | None:
    bodies = {str(body.get("content_type")): body for body in operation.get("bodies") or ()}
    if content_type in bodies:
        return dict(bodies[content_type])
    first = next(iter(content_types(operation)), None)
    return dict(bodies[first]) if first is not None else None


def root_of(operation: Operation) -> Schema:
    return {"$defs": operation.get("$defs") or {}}


def asked(inputs: Inputs, content_type: str) -> Inputs:
    """The inputs that go with a body of this type."""
    return {
        name: declared
        for name, declared in inputs.items()
        if declared.content_type in ("", content_type)
    }


def omitted(inputs: Inputs) -> frozenset[str]:
    """Where in the document the platform will put the assets."""
    return frozenset(pointer(["body", *declared.path]) for declared in inputs.values())


def fresh(operation: Operation) -> Document:
    """The document a form opens with: each default once, and nothing else."""
    made: Document = {}
    for area, (schema, required) in area_schemas(operation).items():
        shape = shape_of(root_of(operation), schema)
        value = defaults(root_of(operation), schema, required=required or shape.kind == "object")
        if shape.kind == "any" and required and isinstance(value, Absent):
            value = {} if shape.view.get("type") == "object" else ABSENT
        if not isinstance(value, Absent):
            made[area] = value
    return made


def examples(operation: Operation) -> list[Document]:
    """The author's examples of the whole body, else one put together from those of the fields."""
    body = body_of(operation) or {}
    given = list(body.get("examples") or ())
    whole = shape_of(root_of(operation), body.get("schema")).view if body else {}
    told = whole.get("examples")
    given += told if isinstance(told, list) else []
    first = [item for place, item in enumerate(given) if item not in given[:place]]
    found = [item for item in first if item is not None][:MOST_EXAMPLES]
    made = [{**fresh(operation), "body": item} for item in found]
    return made or list(_composed(operation))


def _composed(operation: Operation) -> Iterator[Document]:
    values = {
        area: dict(_of_fields(operation, schema))
        for area, (schema, _) in area_schemas(operation).items()
    }
    if not any(values.values()):
        return
    made = fresh(operation)
    for area, more in values.items():
        if isinstance(made.get(area, {}), dict):
            made[area] = {**made.get(area, {}), **more}
    yield made


def _of_fields(operation: Operation, schema: Any) -> Iterator[tuple[str, Json]]:
    for item in shape_of(root_of(operation), schema).properties:
        view = shape_of(root_of(operation), item.schema).view
        examples = view.get("examples")
        if isinstance(examples, list) and examples:
            yield item.key, examples[0]
        elif "example" in view:
            yield item.key, view["example"]
