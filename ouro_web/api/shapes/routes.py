"""Routes as the client reads them. It refuses a whole route for one value it does not know, so
what an author wrote freely is only passed on in the shape it has to have."""

from collections.abc import Callable, Mapping
from typing import Any

from ouro_web.actions.speed import Speed
from ouro_web.api.shapes import declared
from ouro_web.api.shapes.assets import asset
from ouro_web.lib.declarations import Declaration, as_json, from_stored
from ouro_web.services.models import Route
from ouro_web.services.openapi.inlining import inlined

PLATFORM = "ouro-"  # headers that the site fills in itself


def route(row: Route, *, speed: Speed | None = None) -> dict[str, Any]:
    """`row` with its service as parent; `speed` where one route is shown alone."""
    return {
        **asset(row),
        "parent_id": row.service_id,
        "route": definition(row, observed=speed.mode if speed else None),
        **({"metrics": metrics(speed)} if speed else {}),
    }


def light(row: Route) -> dict[str, Any]:
    """A hit in a list."""
    return {**asset(row), "parent_id": row.service_id}


def definition(row: Route, *, observed: str | None = None) -> dict[str, Any]:
    operation = row.operation
    inputs = from_stored(row.input_assets, "input")
    outputs = from_stored(row.output_assets, "output")
    extensions = operation.get("extensions") or {}
    return {
        "method": row.method,
        "path": row.path,
        "description": row.description or None,
        "parameters": parameters(operation),
        "request_body": request_body(operation),
        "responses": responses(operation),
        "security": None,
        "input_assets": _declarations(inputs, "input") or None,
        "output_assets": _declarations(outputs, "output") or None,
        **_single(inputs, "input"),
        **_single(outputs, "output"),
        "properties": declared.properties(extensions.get("x-ouro-properties")),
        "response_charts": declared.charts(extensions.get("x-ouro-response-charts")),
        "capabilities": declared.capabilities(extensions.get("x-ouro-capabilities")),
        "rate_limit": None,
        "execution_mode": row.execution_mode,
        "observed_execution_mode": observed,
    }


def parameters(operation: Mapping[str, Any]) -> list[dict[str, Any]]:
    definitions = operation.get("$defs") or {}
    return [
        {
            "name": item["name"],
            "in": item["in"],
            "required": bool(item.get("required")),
            "description": item.get("description") or "",
            "schema": inlined(item.get("schema") or {}, definitions),
        }
        for item in operation.get("parameters") or []
        if not str(item["name"]).lower().startswith(PLATFORM)
    ]


def request_body(operation: Mapping[str, Any]) -> dict[str, Any] | None:
    bodies = operation.get("bodies") or []
    if not bodies:
        return None
    definitions = operation.get("$defs") or {}
    content = {
        body["content_type"]: {"schema": inlined(body["schema"], definitions)} for body in bodies
    }
    return {
        "required": bool(bodies[0].get("required")),
        "description": bodies[0].get("description") or "",
        "content": content,
    }


def responses(operation: Mapping[str, Any]) -> dict[str, Any] | None:
    definitions = operation.get("$defs") or {}
    found = {
        str(status): {
            "description": answer.get("description") or "",
            "content": {
                answer["content_type"]: {"schema": inlined(answer.get("schema"), definitions)}
            }
            if answer.get("content_type")
            else {},
        }
        for status, answer in (operation.get("responses") or {}).items()
    }
    return found or None


def metrics(speed: Speed) -> dict[str, Any]:
    return {
        "avg_ack_ms": speed.acknowledged.average,
        "p50_ack_ms": speed.acknowledged.median,
        "p95_ack_ms": speed.acknowledged.nearly_all,
        "avg_completion_ms": speed.finished.average,
        "p50_completion_ms": speed.finished.median,
        "p95_completion_ms": speed.finished.nearly_all,
        "latency_sample_count": speed.runs,
    }


def _declarations(found: Mapping[str, Declaration], direction: Any) -> dict[str, Any]:
    shaped = as_json(found, direction)
    keep: Callable[[Any], Any] = declared.input_entry if direction == "input" else declared.output
    return {name: entry for name, item in shaped.items() if (entry := keep(item))}


def _single(found: Mapping[str, Declaration], direction: str) -> dict[str, Any]:
    """The older keys: what the primary declaration says."""
    primary = next((item for item in found.values() if item.primary), None)
    primary = primary or next(iter(found.values()), None)
    extensions = list(primary.extensions) if primary else []
    one = {
        f"{direction}_type": primary.asset_type if primary else None,
        f"{direction}_file_extension": extensions[0] if extensions else None,
    }
    if direction == "output":
        return one
    more = {
        "input_filter": (primary.filter or None) if primary else None,
        "input_file_extensions": extensions or None,
    }
    return one | more
