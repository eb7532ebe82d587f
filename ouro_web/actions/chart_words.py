"""The words of a chart, in which values of a run's answer may be named: `{Tc_K}`, `{Tc_K:0}`."""

import re
from typing import Any

from ouro_web.actions.properties import at_path

LARGEST = 1e300  # JSON can hold numbers that nothing can draw or round
_NAMED = re.compile(r"\{([\w.-]{1,200})(?::([0-9]{1,2}))?\}", re.ASCII)


def filled(part: Any, answer: Any) -> Any:
    """A text, list or object with the values in their places; so is the place of a reference line
    that is {"field": path}. A line whose value is not in the answer is left out."""
    if isinstance(part, str):
        return _NAMED.sub(lambda found: _value(answer, *found.groups()), part)
    if isinstance(part, list):
        return [filled(item, answer) for item in part]
    if not isinstance(part, dict):
        return part
    made = {key: item if key == "dataKey" else filled(item, answer) for key, item in part.items()}
    if isinstance(part.get("referenceLines"), list):
        lines = (_line(item, answer) for item in made["referenceLines"] if isinstance(item, dict))
        made["referenceLines"] = [line for line in lines if line]
    return made


def _value(answer: Any, path: str, decimals: str | None) -> str:
    value = at_path(answer, path)
    if isinstance(value, dict | list) or not isinstance(value, str | int | float) or value is None:
        return "–"
    if decimals and not isinstance(value, str | bool) and abs(value) < LARGEST:
        return f"{value:.{int(decimals)}f}"
    return str(value)[:200]


def _line(line: dict[str, Any], answer: Any) -> dict[str, Any]:
    """At `x` or `y`; older charts name the `axis` and the `value`."""
    made = dict(line)
    if "value" in made:
        made[str(made.pop("axis", "y"))] = made.pop("value")
    for axis in ("x", "y"):
        if isinstance(made.get(axis), dict):
            made[axis] = at_path(answer, made[axis].get("field"))
    places = [made[axis] for axis in ("x", "y") if axis in made]
    return made if places and all(isinstance(at, str | int | float) for at in places) else {}
