"""Two versions of an operation, field by field: what is new, gone or different, and whether a call
or a reader made for the old one may fail with the new one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ouro_web.services.openapi.hints import plain

DEEPEST = 6
MOST_FIELDS = 2000
MOST_SHOWN = 200
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")

type Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """`place` is a field in words of the operation, as `body.atoms[].symbol`."""

    place: str
    message: str
    is_breaking: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    schema: Schema
    required: bool


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Of two stored operations; what breaks comes first."""
    found = [
        *_fields(_parameters(old), _parameters(new), asked=True),
        *_contents(old, new),
        *_fields(_bodies(old), _bodies(new), asked=True),
        *_fields(_answers(old), _answers(new), asked=False),
        *_words(old, new),
    ]
    unique = list(dict.fromkeys(found))
    return sorted(unique, key=lambda change: not change.is_breaking)[:MOST_SHOWN]


def declarations(
    word: str, old: Mapping[str, Any], new: Mapping[str, Any], *, asked: bool
) -> Iterator[Change]:
    """The same for declared assets: `word` is input or output."""
    for name in old.keys() | new.keys():
        place = f"{word} {name}"
        if name not in new:
            yield Change(place, "is gone", True)
        elif name not in old:
            needed = asked and not new[name].get("optional")
            yield Change(place, "is new and required" if needed else "is new", needed)
        elif old[name] != new[name]:
            keys = sorted(
                key for key in old[name].keys() | new[name].keys()
                if old[name].get(key) != new[name].get(key)
            )  # fmt: skip
            yield Change(place, f"differs in {', '.join(keys)}", "asset_type" in keys)


def _parameters(operation: Mapping[str, Any]) -> dict[str, Field]:
    definitions = operation.get("$defs") or {}
    return {
        f"{item['in']} {item['name']}": Field(
            plain(item["schema"], definitions), bool(item.get("required"))
        )
        for item in operation.get("parameters") or ()
    }


def _bodies(operation: Mapping[str, Any]) -> dict[str, Field]:
    """The fields of the first body, whose schema the form shows."""
    for body in (operation.get("bodies") or ())[:1]:
        return dict(_walk("body", body["schema"], bool(body.get("required")), operation))
    return {}


def _answers(operation: Mapping[str, Any]) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for status, answer in (operation.get("responses") or {}).items():
        if str(status).startswith("2") and answer.get("content_type"):
            found |= dict(_walk(f"answer {status}", answer.get("schema"), True, operation))
    return found


def _walk(
    place: str, schema: Any, required: bool, operation: Mapping[str, Any]
) -> Iterator[tuple[str, Field]]:
    definitions = operation.get("$defs") or {}
    waiting = [(place, schema, required, 0)]
    count = 0
    while waiting and count < MOST_FIELDS:
        place, schema, required, depth = waiting.pop()
        view = plain(schema, definitions)
        yield place, Field(view, required)
        count += 1
        if depth == DEEPEST:
            continue
        properties, needed = view.get("properties"), view.get("required") or ()
        for name, inner in properties.items() if isinstance(properties, dict) else ():
            waiting.append((f"{place}.{name}", inner, name in needed, depth + 1))
        for word, mark in (("items", "[]"), ("additionalProperties", ".*")):
            if isinstance(view.get(word), dict):
                waiting.append((f"{place}{mark}", view[word], False, depth + 1))


def _fields(old: Mapping[str, Field], new: Mapping[str, Field], *, asked: bool) -> Iterator[Change]:
    """`asked` are fields that a caller sends; the others he reads."""
    gone: list[str] = []
    for place, field in old.items():
        if place in new:
            yield from _field(place, field, new[place], asked=asked)
        elif not any(place.startswith((f"{above}.", f"{above}[")) for above in gone):
            gone.append(place)  # what was inside it is gone with it
            yield Change(place, "is gone", True)
    fresh: list[str] = []
    for place, field in new.items():
        inside = any(place.startswith((f"{above}.", f"{above}[")) for above in fresh)
        if place not in old and not inside:
            fresh.append(place)
            needed = asked and field.required
            yield Change(place, "is new and required" if needed else "is new", needed)


def _field(place: str, old: Field, new: Field, *, asked: bool) -> Iterator[Change]:
    if old.required != new.required:
        now = "required" if new.required else "optional"
        yield Change(place, f"is {now} now", new.required == asked)
    yield from _types(place, old.schema, new.schema, asked=asked)
    yield from _choices(place, old.schema, new.schema, asked=asked)
    yield from _bounds(place, old.schema, new.schema, asked=asked)
    for word in ("format", "pattern", "const"):
        before, after = old.schema.get(word), new.schema.get(word)
        if before != after:
            message = f"{word} was {_told(before)}, is {_told(after)}"
            yield Change(place, message, asked and after is not None and word != "format")
    if old.schema.get("default") != new.schema.get("default"):
        before, after = old.schema.get("default"), new.schema.get("default")
        yield Change(place, f"default was {_told(before)}, is {_told(after)}")
    if new.schema.get("deprecated") is True and not old.schema.get("deprecated"):
        yield Change(place, "is deprecated now")
    if _others(old.schema) != _others(new.schema):
        yield Change(place, "has other branches", asked)


def _types(place: str, old: Schema, new: Schema, *, asked: bool) -> Iterator[Change]:
    before, after = _kinds(old), _kinds(new)
    if before == after:
        return
    # Any type at all is the widest there is.
    narrower = bool(after) and (not before or not before <= _with_integers(after))
    wider = bool(before) and (not after or not after <= _with_integers(before))
    message = f"type was {_listed(before)}, is {_listed(after)}"
    yield Change(place, message, narrower if asked else wider)


def _choices(place: str, old: Schema, new: Schema, *, asked: bool) -> Iterator[Change]:
    before, after = old.get("enum"), new.get("enum")
    if not isinstance(before, list) and not isinstance(after, list):
        return
    if not isinstance(before, list) or not isinstance(after, list):
        fewer = isinstance(after, list)
        yield Change(place, "is a choice now" if fewer else "is free now", fewer == asked)
        return
    for value in [item for item in before if item not in after]:
        yield Change(place, f"{_told(value)} is no choice any more", asked)
    for value in [item for item in after if item not in before]:
        yield Change(place, f"{_told(value)} is a new choice")


def _bounds(place: str, old: Schema, new: Schema, *, asked: bool) -> Iterator[Change]:
    for words, sign in ((_LOWER, 1), (_UPPER, -1)):
        for word in words:
            before, after = old.get(word), new.get(word)
            if before == after:
                continue
            tighter = after is not None and (before is None or sign * (after - before) > 0)
            yield Change(place, f"{word} was {_told(before)}, is {_told(after)}", asked and tighter)


def _contents(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before = [body["content_type"] for body in old.get("bodies") or ()]
    after = [body["content_type"] for body in new.get("bodies") or ()]
    for kind in before:
        if kind not in after:
            yield Change("body", f"{kind} is not taken any more", True)
    for kind in after:
        if kind not in before:
            yield Change("body", f"{kind} is taken now")


def _words(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for word, name in (("summary", "name"), ("description", "description")):
        if (old.get(word) or "") != (new.get(word) or ""):
            yield Change(name, "is worded differently")
    if new.get("deprecated") and not old.get("deprecated"):
        yield Change("operation", "is deprecated now")
    before, after = set(old.get("responses") or ()), set(new.get("responses") or ())
    for status in sorted(before - after):
        yield Change(f"answer {status}", "is not documented any more", status.startswith("2"))
    for status in sorted(after - before):
        yield Change(f"answer {status}", "is documented now")


def _kinds(schema: Schema) -> set[str]:
    given = schema.get("type")
    several = [given] if isinstance(given, str) else given
    found = set(several) if isinstance(several, list) else set()
    choices = [*(schema.get("anyOf") or ()), *(schema.get("oneOf") or ())]
    return found | {"null"} if found and {"type": "null"} in choices else found


def _with_integers(kinds: set[str]) -> set[str]:
    return kinds | {"integer"} if "number" in kinds else kinds


def _others(schema: Schema) -> Any:
    return [schema.get(word) for word in ("oneOf", "anyOf", "allOf", "not", "prefixItems")]


def _listed(kinds: Iterable[str]) -> str:
    return " or ".join(sorted(kinds)) or "any"


def _told(value: Any) -> str:
    return "not given" if value is None else f"“{str(value)[:60]}”"
