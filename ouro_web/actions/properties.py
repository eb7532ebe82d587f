"""Named values of an asset that a run measured, as its route declares under `x-ouro-properties`:
read out of the answer when somebody looks, so nothing is kept twice."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from ouro_web.actions.models import Action, ActionAsset
from ouro_web.actions.switches import is_on, matches
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.lib.fields.tree import humanised
from ouro_web.services import past
from ouro_web.services.models import PastOperation, Route

MOST = 100
KEY = "x-ouro-properties"
IN, OUT = ActionAsset.Direction.IN, ActionAsset.Direction.OUT
_ABSENT = object()
_INDEX = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class Property:
    """One value. `name` is that of the input or output it is of; "" is the primary input, which is
    the primary output where a run takes none."""

    key: str
    value: Any
    unit: str = ""
    uncertainty: Any = None
    method: str = ""
    conditions: Mapping[str, Any] | None = None
    direction: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        return humanised(self.key.rpartition(".")[2])


def of_run(action: Action) -> list[Property]:
    """What this run's answer holds of what its route declares."""
    route = action.route
    operation = past.operation_at(route, action.created_at) if route else {}
    listed = (operation.get("extensions") or {}).get(KEY)
    declared = listed if isinstance(listed, list) else []
    return [found for each in declared[:MOST] for found in _read(each, action, operation)]


def of_asset(asset: Asset, person: Person) -> list[tuple[ActionAsset, Property]]:
    """By the runs that this person may see, newest first."""
    seen = Action.objects.visible_to(person).filter(status="success", route__in=_declaring())
    links = ActionAsset.objects.filter(asset=asset, action__in=seen.values("pk"))
    links = links.select_related("action__route").order_by("-action")
    links = links.prefetch_related("action__route__past", "action__links")
    rows = links[:MOST]
    return [(link, found) for link in rows for found in of_run(link.action) if _is_of(found, link)]


def _declaring() -> QuerySet[Any]:
    """Routes that measure, or did once: answers are long, and only theirs need to be read."""
    key = {f"operation__extensions__{KEY}__isnull": False}
    once = PastOperation.objects.filter(route=OuterRef("pk"), **key)
    rows = Route.objects.filter(**key) | Route.objects.filter(Exists(once))
    return rows.values("pk")


def _is_of(found: Property, link: ActionAsset) -> bool:
    if not found.name:
        takes = any(each.direction == IN for each in link.action.links.all())
        return link.is_primary and link.direction == (IN if takes else OUT)
    return (link.direction, link.name) == (found.direction, found.name)


def _read(each: Any, action: Action, operation: Mapping[str, Any]) -> Iterator[Property]:
    if not isinstance(each, dict) or not isinstance(each.get("property"), str):
        return
    if not _holds(each, action, operation):
        return
    value = at_path(action.response, each.get("value"))
    if value is _ABSENT or value is None or isinstance(value, dict | list):
        return
    subject = each.get("subject") or {}
    if not isinstance(subject, dict):
        return
    direction = IN if "input" in subject else OUT
    uncertainty = at_path(action.response, each.get("uncertainty"))
    conditions = each.get("conditions")
    yield Property(
        key=each["property"],
        value=value,
        unit=each["unit"] if isinstance(each.get("unit"), str) else "",
        uncertainty=None if uncertainty is _ABSENT else uncertainty,
        method=each["method"] if isinstance(each.get("method"), str) else "",
        conditions=_conditions(conditions, action) if isinstance(conditions, dict) else None,
        direction=direction,
        name=str(subject.get("input") or subject.get("output") or ""),
    )


def _holds(each: Mapping[str, Any], action: Action, operation: Mapping[str, Any]) -> bool:
    """`when` is about what was sent, `requires` about what came back."""
    when, requires = each.get("when"), each.get("requires")
    if isinstance(when, dict) and not is_on(when, operation, action.call):
        return False
    return not isinstance(requires, dict) or all(
        _fits(at_path(action.response, path), wanted) for path, wanted in requires.items()
    )


def _fits(value: Any, wanted: Any) -> bool:
    """A value, one of a list of them, or a range {"min", "max"}."""
    if value is _ABSENT or value is None:
        return False
    if isinstance(wanted, dict):
        bounds = (wanted.get("min", -math.inf), wanted.get("max", math.inf))
        return all(map(is_number, (value, *bounds))) and bounds[0] <= value <= bounds[1]
    return matches(wanted, value)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _conditions(declared: Mapping[str, Any], action: Action) -> dict[str, Any]:
    """By dot paths into the answer, else into the body that was sent."""
    found = {}
    for name, path in declared.items():
        value = at_path(action.response, path)
        if value is _ABSENT:
            value = at_path(action.call.get("body"), path)
        if value is not _ABSENT:
            found[str(name)] = value
    return found


def at_path(value: Any, path: Any) -> Any:
    """`energies.0.total` in an answer; what is not there is told apart from null."""
    if not isinstance(path, str) or not path:
        return _ABSENT
    for step in path.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
            value = value[int(step)]
        else:
            return _ABSENT
    return value
