"""The validator, set up so that a foreign schema can neither call out nor hang.

jsonschema-rs over the schema as it was imported: no reference leaves the document, patterns run on
a linear engine (one with a step limit where a pattern needs look-around), formats are asserted.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import jsonschema_rs as rs

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.view import Schema, tagged

MAX_STEPS = 50_000  # of the engine that can look around
_ENGINES = (rs.RegexOptions(), rs.FancyRegexOptions(backtrack_limit=MAX_STEPS))


class CannotCheckError(ValueError):
    """The value or the schema is beyond what can be checked; says why."""


def errors(schema: Schema, value: exact.Json) -> Iterator[rs.ValidationError]:
    try:
        yield from _compiled(exact.dumps(schema)).iter_errors(value)
    except (ValueError, RecursionError) as error:
        raise CannotCheckError("is nested too deeply to be checked") from error


def is_valid(schema: Schema, value: exact.Json) -> bool:
    try:
        return next(errors(schema, value), None) is None
    except CannotCheckError:
        return False


def write_view(schema: Any) -> Any:
    """A property the service sets itself is not asked, so it is not required either."""
    if isinstance(schema, list):
        return [write_view(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: write_view(item) for key, item in schema.items()}
    properties, required = schema.get("properties"), schema.get("required")
    if isinstance(properties, dict) and isinstance(required, list):
        made["required"] = [key for key in required if not _read_only(properties.get(key))]
    return tagged(made, required=False)


def _read_only(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("readOnly") is True


@lru_cache(maxsize=256)
def _compiled(text: str) -> rs.Validator:
    schema = write_view(exact.loads(text))
    for repair in (_as_it_is, _without_patterns, _without_strays):
        schema = repair(schema)
        for engine in _ENGINES:
            try:
                return _validator(schema, engine)
            except (rs.ValidationError, rs.ReferencingError, ValueError):
                continue
    return _validator({}, _ENGINES[0])  # nothing can be checked here: the service judges


def _validator(schema: Any, engine: Any) -> rs.Validator:
    return rs.Draft202012Validator(
        schema, validate_formats=True, retriever=_refuse, pattern_options=engine
    )


def _refuse(uri: str) -> Any:
    raise ValueError(f"{uri} is outside the document")


def _as_it_is(schema: Any) -> Any:
    return schema


def _without_patterns(schema: Any) -> Any:
    """Patterns that neither engine reads are the author's slip; the rest still counts."""
    if isinstance(schema, list):
        return [_without_patterns(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_patterns(item)
        for key, item in schema.items()
        if not (key == "pattern" and isinstance(item, str) and not _readable(item))
    }


def _readable(pattern: str) -> bool:
    for engine in _ENGINES:
        try:
            _validator({"pattern": pattern}, engine)
        except (rs.ValidationError, ValueError):
            continue
        return True
    return False


def _without_strays(schema: Any) -> Any:
    """References that lead out of the document, or nowhere, accept anything."""
    return _local(schema, schema)


def _local(root: Any, schema: Any) -> Any:
    if isinstance(schema, list):
        return [_local(root, item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _local(root, item)
        for key, item in schema.items()
        if not (key in ("$ref", "$dynamicRef") and isinstance(item, str) and _astray(root, item))
    }


def _astray(root: Any, reference: str) -> bool:
    try:
        _validator({"$ref": reference, "$defs": root.get("$defs", {})}, _ENGINES[1])
    except (rs.ValidationError, rs.ReferencingError, ValueError):
        return True
    return False
