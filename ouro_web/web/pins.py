"""A run pinned in a text: how it stood, what went in, what came out, its log."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch
from django.utils.safestring import SafeString

from ouro_web.actions import response_charts
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action, ActionLog, Status
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.web import inputs, runs
from ouro_web.web.drawings import Shown, of_chart
from ouro_web.web.grid import Grid
from ouro_web.web.previews import Preview, Previews
from ouro_web.web.runs import Link, Run

MOST_LOG_LINES = 200
MOST_INPUTS = 12
MOST_SCALARS = 8
MOST_VIEWERS = 3
LONGEST_SCALAR = 60
MOST_LATER_RUNS = 200


@dataclass(frozen=True)
class Output:
    link: Link
    asset: Asset | None
    preview: Preview | None
    kept: "Kept | None" = None  # what it was when the post was published


@dataclass(frozen=True)
class Kept:
    """The content of an output in a copy; one of these."""

    table: Grid | None = None
    total: int = 0
    picture: str = ""
    text: SafeString | None = None


@dataclass
class Pin:
    run: Run

    is_frozen = False

    @property
    def action(self) -> Action:
        return self.run.action

    @property
    def receipt(self) -> str:
        """The run in a line: what, how it ended, who, when."""
        action = self.action
        when = f"{action.created_at:%-d %B %Y, %H:%M} UTC"
        word = Status(action.status).label.lower()
        return f"{action.route_name}: {word}, {action.user.display_name}, {when}"

    @property
    def asset_ids(self) -> list[str]:
        """Of the outputs that the reader may see."""
        return [str(link.asset.pk) for link in self.run.outputs if link.asset]

    def taken(self, assets: Mapping[str, Asset], gone: Collection[str]) -> list[inputs.Row]:
        """What went in."""
        route = self.action.route_then
        given = Call.from_json(self.action.call)
        rows = inputs.rows(route.operation if route else {}, given, self.run.inputs)
        return [row for row in rows if row.state != "empty"][:MOST_INPUTS]

    @property
    def answer(self) -> dict[str, Any]:
        """Without what became outputs: those are shown as assets, by the rights of each."""
        response = self.action.response
        if not isinstance(response, dict):
            return {}
        taken = {link.name for link in self.run.outputs}
        return {name: value for name, value in response.items() if name not in taken}

    @property
    def scalars(self) -> list[tuple[str, str, str]]:
        """The single values of the answer: name, label, value."""
        found = [
            (name, inputs.words(name), inputs.spelled(value))
            for name, value in self.answer.items()
            if value is not None and not isinstance(value, (dict, list))
        ]
        return [each for each in found if len(each[2]) <= LONGEST_SCALAR][:MOST_SCALARS]

    @cached_property
    def charts(self) -> list[tuple[response_charts.Chart, Shown]]:
        found = response_charts.of_run(self.action, self.answer)
        return [(chart, of_chart(chart)) for chart in found[:MOST_VIEWERS]]

    def value(self, place: str) -> str:
        """One value of the answer by its place, energy.total or sites.0.mass; "" is none."""
        found: Any = self.answer
        for name in place.split("."):
            if isinstance(found, dict):
                found = found.get(name)
            elif isinstance(found, list) and name.isdecimal() and len(name) < 7:
                found = found[int(name)] if int(name) < len(found) else None
            else:
                return ""
        return "" if found is None else inputs.spelled(found)

    @property
    def lines(self) -> list[ActionLog]:
        return self.action.lines  # type: ignore[attr-defined,no-any-return]  # prefetched below

    def outputs(
        self, assets: Mapping[str, Asset], previews: Previews, gone: Collection[str]
    ) -> list[Output]:
        """All outputs, the first few with their content."""
        found: list[Output] = []
        viewers = 0
        for link in self.run.outputs:
            asset = assets.get(str(link.asset.pk)) if link.asset else None
            preview = previews.of(asset) if asset and viewers < MOST_VIEWERS else None
            viewers += preview is not None
            found.append(Output(link, asset, preview))
        return found


def visible(ids: Collection[str], person: Person) -> list[Pin]:
    """The runs with these ids that the person may see, in a constant number of queries."""
    if not ids:
        return []
    lines = ActionLog.objects.order_by("pk")[:MOST_LOG_LINES]
    rows = runs.detailed(Action.objects.visible_to(person), person).filter(pk__in=ids)
    rows = rows.prefetch_related(Prefetch("logs", queryset=lines, to_attr="lines"))
    return [Pin(run) for run in runs.shown(rows, person)]


def newer(pins: Iterable[Pin], person: Person) -> dict[str, Action]:
    """For each pinned run the newest later one that succeeded: of the same route, by the same
    person, on the same assets, as far as the reader may see it. Two queries."""
    ended = [pin for pin in pins if pin.action.route_id and not pin.run.live]
    if not ended:
        return {}
    rows = runs.linked(Action.objects.visible_to(person), person).filter(
        route__in={pin.action.route_id for pin in ended},
        user__in={pin.action.user_id for pin in ended},
        status=Status.SUCCESS,
        pk__gt=min(pin.action.pk for pin in ended),
    )
    newest: dict[Any, Action] = {}
    for row in rows.only("route", "user", "created_at").order_by("-pk")[:MOST_LATER_RUNS]:
        newest.setdefault(_alike(row), row)
    found = {str(pin.action.pk): newest.get(_alike(pin.action)) for pin in ended}
    return {pk: row for pk, row in found.items() if row and str(row.pk) > pk}


def _alike(action: Action) -> tuple[Any, ...]:
    taken = {link.asset_id for link in action.links.all() if link.direction == "in"}
    return action.route_id, action.user_id, frozenset(taken)
