"""What a run sent and what came back, as far as one reader may have it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ouro_web.actions import properties, response_charts
from ouro_web.actions.inputs import declared, placed
from ouro_web.actions.models import Action, Status
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.web import inputs
from ouro_web.web.drawings import Shown, of_chart
from ouro_web.web.jsonview import LONGEST, coloured, pretty
from ouro_web.web.runs import Link, Run

CLOSED = "(not shared with you)"
MOST_SCALARS = 24


@dataclass(frozen=True)
class Scalar:
    label: str
    key: str
    value: str
    long: bool


@dataclass(frozen=True)
class Sheet:
    """One side of the exchange, ready to read."""

    title: str
    side: str
    text: str
    note: str
    headers: list[tuple[str, str]]

    @property
    def shown(self) -> Any:
        return coloured(self.text)

    @property
    def is_cut(self) -> bool:
        return len(self.text) > LONGEST


class Answered(Run):
    """A run with its request and its answer. What went in or out that only its owner may read is
    left out of both."""

    def __init__(self, action: Action, person: Person) -> None:
        super().__init__(action, person)
        self.person = person

    @cached_property
    def readable(self) -> set[Any]:
        """The assets of the run whose content the reader may have."""
        ids = [link.asset.pk for link in (*self.inputs, *self.outputs) if link.asset]
        rows = Asset.objects.readable_by(self.person).filter(pk__in=ids)
        return set(rows.values_list("pk", flat=True)) if ids else set()

    def _closed(self, links: list[Link]) -> list[Link]:
        """What went in or out that only its owner may read; one's own run is open to oneself."""
        if self.mine:
            return []
        return [link for link in links if not link.asset or link.asset.pk not in self.readable]

    @property
    def closed_inputs(self) -> list[tuple[str, ...]]:
        route = self.action.route_then
        known = declared(route) if route else {}
        names = [link.name for link in self._closed(self.inputs)]
        return [known[name].path if name in known else (name,) for name in names]

    @cached_property
    def open_response(self) -> Any:
        closed: list[tuple[str, ...]] = [(link.name,) for link in self._closed(self.outputs)]
        return self._open_part(self.action.response, closed)

    def _open_part(self, value: Any, closed: list[tuple[str, ...]]) -> Any:
        if closed and not isinstance(value, dict):
            return CLOSED
        for path in closed:
            value = placed(value, path, CLOSED, path[0] if path else "")
        return value

    # What came back
    @cached_property
    def scalars(self) -> list[Scalar]:
        """The plain values of the answer, as the machine gave them."""
        if self.action.status != Status.SUCCESS or not isinstance(self.action.response, dict):
            return []
        taken = {link.name for link in self.outputs}
        found = []
        for key, value in self.open_response.items():
            if key in taken or isinstance(value, dict | list) or value is None:
                continue
            text = inputs.spelled(value)
            found.append(Scalar(inputs.words(key), key, text, len(text) > 24))
        return found[:MOST_SCALARS]

    @cached_property
    def properties(self) -> list[properties.Property]:
        """What the route names of the answer; nothing while a part of that is closed."""
        if self.action.status != Status.SUCCESS or self._closed(self.outputs):
            return []
        return properties.of_run(self.action)

    @cached_property
    def charts(self) -> list[tuple[response_charts.Chart, Shown]]:
        """Those that the route declares of lists in the answer."""
        found = response_charts.of_run(self.action, self.open_response)
        return [(chart, of_chart(chart)) for chart in found]

    # Word for word
    @cached_property
    def request_sheet(self) -> Sheet | None:
        sent = self.action.sent
        if not sent:
            return None
        body = self._open_part(sent.get("body"), self.closed_inputs)
        return Sheet(
            title=f"{sent.get('method', '')} {sent.get('url', '')}",
            side="request",
            text="" if body is None else pretty(body),
            note=sent.get("content_type") or "",
            headers=_pairs(sent.get("headers")),
        )

    @cached_property
    def response_sheet(self) -> Sheet | None:
        action = self.action
        if action.response is None and action.response_status is None:
            return None
        meta = action.response_meta or {}
        return Sheet(
            title=f"Response {action.response_status or ''}".strip(),
            side="response",
            text="" if action.response is None else pretty(self.open_response),
            note=str(meta.get("content_type") or ""),
            headers=_pairs(meta.get("headers")),
        )


def _pairs(headers: Any) -> list[tuple[str, str]]:
    items = headers.items() if isinstance(headers, dict) else headers or []
    return [(str(name), str(value)) for name, value in items]
