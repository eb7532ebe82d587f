"""What a service's refusal says about single values, by the names of the form's fields.

Frameworks spell it in many ways; these are read: `detail: [{loc, msg}]` (pydantic), `errors` or
`invalid-params` or `violations` with pointers, paths or field names (RFC 9457, JSON:API, ajv,
Spring, Symfony), and objects of messages by field (Django REST framework, Rails, Laravel, ASP.NET).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ouro_web.lib.declarations import Declaration
from ouro_web.lib.fields.names import LETTERS, parts, pointer

MOST = 50
LONGEST = 500
LISTS = ("detail", "errors", "invalid-params", "invalid_params", "violations", "fieldErrors",
         "field_errors", "issues", "details", "validationErrors")  # fmt: skip
PLACES = ("loc", "pointer", "instancePath", "dataPath", "path", "propertyPath", "field", "param",
          "parameter", "property", "name", "key", "attribute")  # fmt: skip
WORDS = ("msg", "message", "detail", "reason", "description", "defaultMessage", "error", "title")
_AREAS = {**LETTERS, "header": "h", "cookie": "c", "params": "p", "requestBody": "b", "data": "b"}
_NOT_FIELDS = {*LISTS, *WORDS, "type", "status", "code", "instance", "traceId", "timestamp"}
_STEP = re.compile(r"[^.\[\]]+")

Path = tuple[str, ...]


def by_field(
    said: Any, inputs: Iterable[Declaration] = (), known: Mapping[str, Iterable[str]] | None = None
) -> dict[str, str]:
    """`b/steps/0/fmax` -> message. `known` are the names that each area has, to tell where a bare
    name belongs."""
    found: dict[str, str] = {}
    for path, message in _complaints(said):
        name = _name(path, list(inputs), known or {})
        if name and len(found) < MOST:
            found.setdefault(name, " ".join(message.split())[:LONGEST] or "is not right")
    return found


def _complaints(said: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(said, list):
        yield from _listed(said)
        return
    if not isinstance(said, Mapping):
        return
    for key in LISTS:
        value = said.get(key)
        if isinstance(value, list):
            yield from _listed(value)
        elif isinstance(value, Mapping):
            yield from _keyed(value, ())
    if isinstance(said.get("error"), Mapping):
        yield from _complaints(said["error"])
    yield from _keyed({key: said[key] for key in said if key not in _NOT_FIELDS}, ())


def _listed(items: list[Any]) -> Iterator[tuple[Path, str]]:
    for item in items:
        if isinstance(item, Mapping):
            path, message = _path(item), _message(item)
            if path and message:
                yield path, message
            elif isinstance(item.get("extensions"), Mapping):
                yield from _listed([{**item, **item["extensions"]}])


def _path(item: Mapping[str, Any]) -> Path:
    source = item.get("source")
    if isinstance(source, Mapping):
        found = _path(source)
        return found[2:] if found[:2] == ("data", "attributes") else found
    for key in PLACES:
        given = item.get(key)
        if isinstance(given, list) and given:
            return tuple(str(part) for part in given)
        if isinstance(given, str) and given.strip():
            return _steps(given.strip())
    missing = item.get("params")
    if isinstance(missing, Mapping) and isinstance(missing.get("missingProperty"), str):
        return (missing["missingProperty"],)
    return ()


def _steps(text: str) -> Path:
    """`/steps/0/fmax`, `#/steps/0/fmax`, `$.steps[0].fmax` and `steps.0.fmax` are one path."""
    if text.startswith(("/", "#/")):
        return tuple(parts(text.removeprefix("#")))
    return tuple(step.strip("'\"") for step in _STEP.findall(text) if step != "$")


def _message(item: Mapping[str, Any]) -> str:
    return next((item[key] for key in WORDS if isinstance(item.get(key), str) and item[key]), "")


def _keyed(said: Mapping[str, Any], above: Path) -> Iterator[tuple[Path, str]]:
    """Messages by field: a text, or a list of texts, or the same one level down."""
    for key, value in said.items():
        path = (*above, *_steps(str(key)))
        if isinstance(value, list) and value and isinstance(value[0], str):
            yield path, value[0]
        elif isinstance(value, str) and above:
            yield path, value
        elif isinstance(value, Mapping) and len(path) < 20:
            yield from _keyed(value, path)
        elif isinstance(value, list) and len(path) < 20:
            for place, item in enumerate(value):
                if isinstance(item, Mapping):
                    yield from _keyed(item, (*path, str(place)))


def _name(path: Path, inputs: list[Declaration], known: Mapping[str, Iterable[str]]) -> str:
    area, keys = _area(path, known)
    if not area:
        return ""
    if area == "b":
        for declared in inputs:
            if keys[: len(declared.path)] == declared.path:
                return f"a/{declared.name}"
    return area + pointer(keys)


def _area(path: Path, known: Mapping[str, Iterable[str]]) -> tuple[str, Path]:
    """Where a path begins: it says so itself, or the first name is one of an area."""
    first = path[0]
    if first in _AREAS and (len(path) > 1 or first in LETTERS) and first not in known.get("b", ()):
        return _AREAS[first], path[1:]
    found = next((area for area, names in known.items() if first in names), "")
    return found, path
