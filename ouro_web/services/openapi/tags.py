"""The property that tells the branches of a choice apart, and which of its values means which.

Documents say it in three ways: with a mapping, by the names of the schemas, and by constants in the
branches themselves, which are right where the others contradict them.
"""

from collections.abc import Mapping
from typing import Any

from ouro_web.services.openapi.references import follow

MOST_PARTS = 100


def allowed(document: Any, schema: Any, name: str) -> list[Any] | None:
    """The values that a schema itself leaves to this property; None where it names none."""
    found: list[Any] | None = None
    waiting, left = [schema], MOST_PARTS
    while waiting and left:
        left -= 1
        end = follow(document, waiting.pop(), "")
        part = end.value if not isinstance(end, str) else None
        if not isinstance(part, dict):
            continue
        properties, every = part.get("properties"), part.get("allOf")
        if isinstance(properties, dict) and name in properties:
            found = _narrower(found, _values(document, properties[name]))
        waiting += every if isinstance(every, list) else []
    return found


def agreed(told: Mapping[str, str], own: Mapping[str, list[Any] | None]) -> dict[str, str]:
    """What means which branch, without what that branch could never hold: there the constants of
    the branches tell them apart. `own` are these, by branch."""
    return {
        value: branch
        for value, branch in told.items()
        if (values := own.get(branch)) is None or value in values
    }


def _values(document: Any, schema: Any) -> list[Any] | None:
    end = follow(document, schema, "")
    given = end.value if not isinstance(end, str) else None
    if not isinstance(given, dict):
        return None
    if "const" in given:
        return [given["const"]]
    return given["enum"] if isinstance(given.get("enum"), list) else None


def _narrower(one: list[Any] | None, other: list[Any] | None) -> list[Any] | None:
    if one is None or other is None:
        return other if one is None else one
    return [item for item in one if item in other]
