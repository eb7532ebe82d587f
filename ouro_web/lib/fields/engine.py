"""The validator, set up so that a foreign schema can neither call out nor hang.

jsonschema-rs over the schema as it was imported: no reference leaves the document, patterns run on
a linear engine (one with a step limit where a pattern needs look-around), formats are asserted.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import jsonschema_rs as rs

from ouro_web.lib.fields import exact, visits
from ouro_web.lib.fields.view import Schema, resolve, tagged

# The engine that can look around takes up to so many steps, each as long as the text at worst;
# in a value of more text than this, patterns that need it are left to the service.
MAX_STEPS = 5_000
MAX_TEXT = 20_000
_LINEAR = rs.RegexOptions()
_ENGINES = (_LINEAR, rs.FancyRegexOptions(backtrack_limit=MAX_STEPS))


class CannotCheckError(ValueError):
    """The value or the schema is beyond what can be checked; says why."""


def errors(schema: Schema, value: exact.Json) -> Iterator[rs.ValidationError]:
    if visits.are_too_many(schema, value):
        raise CannotCheckError("is too intricate to be checked")
    try:
        yield from _validator_for(exact.dumps(schema), value).iter_errors(value)
    except (ValueError, RecursionError) as error:
        raise CannotCheckError("is nested too deeply to be checked") from error


def is_valid(schema: Schema, value: exact.Json) -> bool:
    try:
        return next(errors(schema, value), None) is None
    except CannotCheckError:
        return False


@lru_cache(maxsize=4096)
def matches(pattern: str, text: str) -> bool:
    """Whether a text holds what the pattern says, as a check would find."""
    return is_valid({"pattern": pattern}, text)


def write_view(schema: Any) -> Any:
    """The schema of what is sent: a property the service sets itself is not asked, so it is not
    required either."""
    return _written(schema, schema if isinstance(schema, dict) else {}, frozenset())


def _written(root: Schema, schema: Any, unasked: frozenset[str]) -> Any:
    """`unasked` are the keys that the service sets, of the object that this is a part of."""
    if isinstance(schema, list):
        return [_written(root, item, frozenset()) for item in schema]
    if not isinstance(schema, dict):
        return schema
    required = schema.get("required")
    if isinstance(required, list) or isinstance(schema.get("allOf"), list):
        unasked |= _read_only(root, schema)
    made = {
        key: [_written(root, part, unasked) for part in item]
        if key == "allOf" and isinstance(item, list)
        else _written(root, item, frozenset())
        for key, item in schema.items()
    }
    if isinstance(required, list):
        made["required"] = [key for key in required if key not in unasked]
    return tagged(made, required=False)


def _read_only(root: Schema, schema: Schema) -> frozenset[str]:
    """Wherever it is said: at the property, where it refers to, or in another part of `allOf`."""
    found = resolve(root, schema).get("properties")
    properties = found.items() if isinstance(found, dict) else ()
    return frozenset(key for key, item in properties if resolve(root, item).get("readOnly") is True)


def _validator_for(text: str, value: exact.Json) -> rs.Validator:
    is_linear, made = _compiled(text)
    return made if is_linear or len(exact.dumps(value)) <= MAX_TEXT else _compiled_linear(text)


@lru_cache(maxsize=256)
def _compiled(text: str) -> tuple[bool, rs.Validator]:
    """Whether it takes time in proportion to the text alone, and the validator."""
    schema = exact.loads(text)
    schema = write_view(schema) if '"readOnly"' in text or '"discriminator"' in text else schema
    for repair in (_as_it_is, _without_patterns, _without_strays):
        schema = repair(schema)
        for engine in _ENGINES:
            try:
                return engine is _LINEAR, _validator(schema, engine)
            except (rs.ValidationError, rs.ReferencingError, ValueError):
                continue
    return True, _validator({}, _LINEAR)  # nothing can be checked here: the service judges


@lru_cache(maxsize=32)
def _compiled_linear(text: str) -> rs.Validator:
    schema = _without_patterns(write_view(exact.loads(text)), (_LINEAR,))
    for repair in (_as_it_is, _without_strays):
        schema = repair(schema)
        try:
            return _validator(schema, _LINEAR)
        except (rs.ValidationError, rs.ReferencingError, ValueError):
            continue
    return _validator({}, _LINEAR)


def _validator(schema: Any, engine: Any) -> rs.Validator:
    return rs.Draft202012Validator(
        schema, validate_formats=True, retriever=_refuse, pattern_options=engine
    )


def _refuse(uri: str) -> Any:
    raise ValueError(f"{uri} is outside the document")


def _as_it_is(schema: Any) -> Any:
    return schema


def _without_patterns(schema: Any, engines: tuple[Any, ...] = _ENGINES) -> Any:
    """Patterns that no engine reads are the author's slip; the rest still counts."""
    if isinstance(schema, list):
        return [_without_patterns(item, engines) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_patterns(item, engines)
        for key, item in schema.items()
        if not (key == "pattern" and isinstance(item, str) and not readable(item, engines))
    }


def is_linear(pattern: str) -> bool:
    """Whether it is checked in time in proportion to the text, however hostile."""
    return readable(pattern, (_LINEAR,))


@lru_cache(maxsize=1000)
def readable(pattern: str, engines: tuple[Any, ...] = _ENGINES) -> bool:
    """Whether one of the engines can check it, in bounded time."""
    for engine in engines:
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
