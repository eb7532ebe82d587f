"""The last look at a schema: whatever would keep a check from being built is taken out.

A fault in one keyword must not cost the person who runs the route all the other checks.
"""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from ouro_web.lib.fields import engine

Schema = dict[str, Any] | bool
Path = list[str | int]

_META = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})
_MOST = 200
# These hold values and no schemas.
_VALUES = {"default", "examples", "enum", "const"}


def mend(schema: Schema) -> Iterator[tuple[Path, str]]:
    """Changes the schema in place; yields where, and what was left out."""
    if isinstance(schema, bool):
        return
    for _ in range(_MOST):
        error = next(iter(_META.iter_errors(schema)), None)
        if error is None:
            break
        path = list(error.instance_path)
        if not path:
            schema.clear()
            yield path, "This is not a JSON Schema; any value is taken here."
            return
        _remove(schema, path)
        yield path, f"“{path[-1]}” is not valid in a schema here and was left out."
    yield from _patterns(schema)


def _remove(schema: dict[str, Any], path: Path) -> None:
    parent: Any = schema
    for step in path[:-1]:
        parent = parent[step]
    del parent[path[-1]]


def _patterns(schema: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Only those that an engine reads whose time is bounded; another could hold a worker for
    hours."""
    waiting: list[tuple[Path, Any]] = [([], schema)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("pattern"), str) and not engine.readable(value["pattern"]):
                del value["pattern"]
                yield [*path, "pattern"], _UNCHECKED
            if isinstance(value.get("patternProperties"), dict):
                for pattern in [
                    key for key in value["patternProperties"] if not engine.is_linear(key)
                ]:
                    del value["patternProperties"][pattern]
                    yield [*path, "patternProperties", pattern], _UNCHECKED
            parts = (item for item in value.items() if item[0] not in _VALUES)
            waiting.extend(([*path, key], item) for key, item in parts)
        elif isinstance(value, list):
            waiting.extend(([*path, index], item) for index, item in enumerate(value))


_UNCHECKED = "This pattern cannot be checked here and was left out; the service may still check it."
