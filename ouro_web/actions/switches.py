"""Whether a request switches on what a route declares with `when`: all its fields must match the
top of the body. A field that was left out counts with the default of the schema, and without one
switches off."""

from collections.abc import Mapping
from typing import Any

from ouro_web.lib.fields import exact, shape_of
from ouro_web.lib.fields.exact import Json

Operation = Mapping[str, Any]
Condition = Mapping[str, Any]


def is_on(condition: Condition, operation: Operation, call: Mapping[str, Any]) -> bool:
    """`call` is the document of a run, or the values of a form."""
    if not condition:
        return True
    body = call.get("body")
    values = body if isinstance(body, Mapping) else {}
    defaults = _defaults(operation, str(call.get("content_type") or ""))
    return all(
        matches(wanted, values.get(field, defaults.get(field)))
        for field, wanted in condition.items()
    )


def _defaults(operation: Operation, content_type: str) -> dict[str, Any]:
    bodies = operation.get("bodies") or [{}]
    of_type = (body for body in bodies if body.get("content_type") == content_type)
    body = next(of_type, bodies[0])
    root = {"$defs": operation.get("$defs") or {}}
    views = {
        item.key: shape_of(root, item.schema).view
        for item in shape_of(root, body.get("schema")).properties
    }
    return {key: view["default"] for key, view in views.items() if "default" in view}


def matches(wanted: Json, given: Json) -> bool:
    """The value, or one of a list of them. A text that says the number is it; true is not 1."""
    if isinstance(wanted, list):
        return any(matches(each, given) for each in wanted)
    if isinstance(wanted, bool) or isinstance(given, bool):
        return wanted is given
    if isinstance(wanted, int | float) and isinstance(given, str):
        try:
            given = exact.number(given)
        except ValueError:
            return False
    return exact.same(wanted, given)
