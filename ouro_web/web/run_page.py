"""Everything the page of one run shows, and the mark that tells whether it has changed."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.templatetags.static import static

from ouro_web.actions import properties
from ouro_web.actions.call import Call
from ouro_web.actions.inputs import declared, placed
from ouro_web.actions.late import FAILED
from ouro_web.actions.models import Action, ActionAsset, ActionLog, Level, Status
from ouro_web.assets.access import Person
from ouro_web.assets.compatibility import Offer, accepting
from ouro_web.assets.models import Asset, AssetType, Connection
from ouro_web.services.models import Route
from ouro_web.web import inputs, runs, timeline
from ouro_web.web.jsonview import LONGEST, coloured, pretty
from ouro_web.web.previews import Preview, Previews
from ouro_web.web.runs import Link, Run
from ouro_web.web.templatetags.ouro import STATUSES

TURNS = ("sent", "acknowledged", "answered", "finished")
LOG_LINES = 400
MOST_ROUTES = 300  # looked at for *send to*
LEVELS = {"warning": (Level.WARNING,), "error": (Level.ERROR,)}
CLOSED = "(not shared with you)"
WHOSE = {
    "you": "Your input",
    "service": "The service",
    "network": "The network in between",
    "site": "This site",
}


@dataclass(frozen=True)
class Scalar:
    label: str
    key: str
    value: str
    long: bool


@dataclass(frozen=True)
class Output:
    """An asset the run made, with its content where the reader may see that."""

    link: Link
    asset: Asset | None
    preview: Preview | None
    offers: list[Offer]


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


class RunPage(Run):
    """A run with all that its own page shows. Each part is worked out when the template asks."""

    def __init__(self, action: Action, person: Person, *, level: str = "") -> None:
        super().__init__(action, person)
        self.person = person
        self.level = level if level in LEVELS else ""

    # Live or not
    @property
    def interval(self) -> int:
        """Seconds between two looks: often at first, seldom on long runs."""
        return 1 if self.seconds < 60 else 3 if self.seconds < 600 else 10

    @cached_property
    def etag(self) -> str:
        action = self.action
        state = [
            *(str(getattr(action, name)) for name in ("status", "phase", "visibility")),
            *(str(getattr(action, f"{turn}_at")) for turn in TURNS),
            *(self.counts[name] for name in ("every", "newest")),
            bool(action.late_response), self.level, len(self.outputs), self.interval,
        ]  # fmt: skip
        return f'"{hashlib.sha256(json.dumps(state).encode()).hexdigest()[:20]}"'

    @property
    def headers(self) -> str:
        return json.dumps({"If-None-Match": self.etag})

    @property
    def title(self) -> str:
        word = STATUSES[self.action.status][2]
        subject = f" on {self.subject}" if self.subject else ""
        return f"{word}: {self.action.route_name}{subject} · Ouro Web"

    @property
    def tab_icon(self) -> str:
        return static(f"mark-{STATUSES[self.action.status][0]}.svg")

    @property
    def timeline(self) -> timeline.Timeline:
        return timeline.of(self.action, len(self.outputs))

    # What went wrong
    @property
    def error(self) -> dict[str, Any]:
        return self.action.error or {}

    @property
    def whose(self) -> str:
        return WHOSE.get(self.error.get("whose", ""), "This site")

    @property
    def problems(self) -> list[tuple[str, str]]:
        found: dict[str, str] = self.error.get("problems") or {}
        return list(found.items())

    @property
    def told_problems(self) -> list[tuple[str, str]]:
        """With the names of fields as people write them, `steps/0/fmax`."""
        return [(name.partition("/")[2] or name, message) for name, message in self.problems]

    @property
    def late(self) -> dict[str, Any]:
        return self.action.late_response or {}

    @property
    def may_accept_late(self) -> bool:
        """A good result came after the end, and nobody has made outputs of it yet."""
        late = self.late
        return bool(late) and not late.get("accepted_at") and late.get("status") not in FAILED

    # Outputs
    @cached_property
    def shown_outputs(self) -> list[Output]:
        ids = [link.asset.pk for link in self.outputs if link.asset]
        if not ids:
            return [Output(link, None, None, []) for link in self.outputs]
        rows = {asset.pk: asset for asset in Asset.objects.filter(pk__in=ids).for_cards()}
        previews = Previews({str(pk) for pk in self.readable})
        return [self._output(link, rows, previews) for link in self.outputs]

    def _output(self, link: Link, rows: dict[Any, Asset], previews: Previews) -> Output:
        asset = rows.get(link.asset.pk) if link.asset else None
        if asset is None:
            return Output(link, None, None, [])
        return Output(link, asset, previews.of(asset), accepting(self.routes, asset))

    @cached_property
    def routes(self) -> list[Route]:
        """The routes that an output could be sent to, once the run has ended."""
        if self.live or not self.person.is_authenticated:
            return []
        seen = Asset.objects.visible_to(self.person).filter(asset_type=AssetType.ROUTE).values("pk")
        every: QuerySet[Route] = QuerySet(Route)
        found = every.filter(pk__in=seen, retired_at=None).exclude(input_assets={})
        return list(found.select_related("service").order_by("name")[:MOST_ROUTES])

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
        return found[:24]

    @cached_property
    def properties(self) -> list[properties.Property]:
        """What the route names of the answer; nothing while a part of that is closed."""
        if self.action.status != Status.SUCCESS or self._closed(self.outputs):
            return []
        return properties.of_run(self.action)

    # Inputs
    @cached_property
    def rows(self) -> list[inputs.Row]:
        route = self.action.route_then
        operation = route.operation if route else {}
        return inputs.rows(operation, Call.from_json(self.action.call), self.inputs)

    @property
    def changed(self) -> int:
        return sum(row.is_changed for row in self.rows)

    # Log
    @cached_property
    def counts(self) -> dict[str, Any]:
        rows = self.action.logs.order_by()
        return rows.aggregate(
            every=Count("pk"),
            newest=Max("pk"),
            warning=Count("pk", filter=Q(level__in=LEVELS["warning"])),
            error=Count("pk", filter=Q(level=Level.ERROR)),
        )

    @cached_property
    def log(self) -> list[ActionLog]:
        """The newest lines in the order they came."""
        rows = self.action.logs.order_by("-pk")
        if self.level:
            rows = rows.filter(level__in=LEVELS[self.level])
        return list(rows[:LOG_LINES])[::-1]

    @property
    def hidden_lines(self) -> int:
        count: int = self.counts[self.level or "every"]
        return count - len(self.log)

    # As sent and as received, but for what this reader may not have
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

    # Afterwards
    @cached_property
    def posts(self) -> list[Asset]:
        """Posts that pin this run and that the reader may see."""
        pins = Connection.objects.filter(action_id=self.action.pk).values("source")
        return list(Asset.objects.visible_to(self.person).filter(pk__in=pins).for_cards()[:20])

    @cached_property
    def later_runs(self) -> list[Run]:
        """Runs that took what this one made."""
        made = [link.asset.pk for link in self.outputs if link.asset]
        if not made:
            return []
        took = ActionAsset.objects.filter(direction="in", asset__in=made).values("action")
        found = Action.objects.visible_to(self.person).filter(pk__in=took)
        return runs.shown(runs.detailed(found, self.person).order_by("-pk")[:20], self.person)

    @cached_property
    def sources(self) -> list[ActionAsset]:
        """The runs that made what this one took in, as far as the reader may see them."""
        used = [link.asset.pk for link in self.inputs if link.asset]
        if not used:
            return []
        seen = Action.objects.visible_to(self.person).values("pk")
        links: QuerySet[ActionAsset] = ActionAsset.objects.filter(
            direction="out", made_here=True, asset__in=used, action__in=seen
        )
        return list(links.select_related("action", "asset")[:20])


def _pairs(headers: Any) -> list[tuple[str, str]]:
    items = headers.items() if isinstance(headers, dict) else headers or []
    return [(str(name), str(value)) for name, value in items]
