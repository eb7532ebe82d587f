"""What a run was given, as labelled rows against the defaults of its route."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from ouro_web.actions.call import Call
from ouro_web.actions.request import MASK
from ouro_web.lib import fields
from ouro_web.lib.fields import exact
from ouro_web.lib.fields.view import resolve
from ouro_web.web.runs import Link

AREAS = {"path": "path", "query": "query", "headers": "header", "cookies": "cookie"}
LONGEST = 600

Operation = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    label: str
    name: str
    state: Literal["asset", "changed", "default", "given", "empty"]
    value: str = ""
    default: str = ""
    unit: str = ""
    link: Link | None = None

    @property
    def is_changed(self) -> bool:
        return self.state == "changed"


def rows(operation: Operation, call: Call, links: list[Link]) -> list[Row]:
    """Assets first, then parameters, then the fields of the body, in the route's order."""
    call = _without_secrets(operation, call)
    assets = [Row(link.label, link.name, "asset", link=link) for link in links]
    return [*assets, *_parameters(operation, call), *_body(operation, call, set(_taken(links)))]


def _without_secrets(operation: Operation, call: Call) -> Call:
    document = call.document()
    shown = fields.without_secrets(operation, document, instead=MASK)
    areas = (*AREAS, *(("body",) if call.has_body else ()))
    return replace(call, **{area: shown[area] for area in areas})


def _taken(links: list[Link]) -> Iterator[str]:
    return (link.name for link in links)


def _parameters(operation: Operation, call: Call) -> Iterator[Row]:
    known: set[tuple[str, str]] = set()
    for parameter in operation.get("parameters", []):
        area = next((key for key, word in AREAS.items() if word == parameter["in"]), "")
        known.add((area, parameter["name"]))
        given = getattr(call, area, {}) if area else {}
        yield _row(operation, parameter["name"], parameter.get("schema"), given)
    for area in AREAS:
        extra = [name for name in getattr(call, area) if (area, name) not in known]
        yield from (_row(operation, name, {}, getattr(call, area)) for name in extra)


def _body(operation: Operation, call: Call, taken: set[str]) -> Iterator[Row]:
    if not call.has_body and not operation.get("bodies"):
        return
    schema = _body_schema(operation, call)
    fields = schema.get("properties")
    given = call.body
    if not isinstance(given, dict) or not isinstance(fields, dict):
        if call.has_body and given not in (None, {}):
            yield Row("Body", "", "given", value=spelled(given))
        return
    for name in [*fields, *(key for key in given if key not in fields)]:
        if name not in taken:
            yield _row(operation, name, fields.get(name, {}), given)


def _body_schema(operation: Operation, call: Call) -> dict[str, Any]:
    bodies = operation.get("bodies") or [{}]
    body = next(
        (each for each in bodies if each.get("content_type") == call.content_type), bodies[0]
    )
    return resolve(dict(operation), body.get("schema", {}))


def _row(operation: Operation, name: str, schema: Any, given: Mapping[str, Any]) -> Row:
    view = resolve(dict(operation), schema)
    label = str(view.get("title") or words(name))
    unit = str(view.get("x-unit") or "")
    default = spelled(view["default"]) if "default" in view else ""
    if name not in given:
        state: Literal["default", "empty"] = "default" if "default" in view else "empty"
        return Row(label, name, state, value=default, unit=unit)
    value = spelled(given[name])
    if "default" not in view:
        return Row(label, name, "given", value=value, unit=unit)
    same = exact.same(given[name], view["default"])
    return Row(label, name, "default" if same else "changed", value, default, unit)


def words(name: str) -> str:
    text = name.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


def spelled(value: Any) -> str:
    """As the machine gave it: texts bare, everything else as JSON."""
    text = value if isinstance(value, str) else exact.dumps(exact.without_point(value))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
