"""Everything the page of one run shows, and the mark that tells whether it has changed."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.templatetags.static import static

from ouro_web.actions.call import Call
from ouro_web.actions.late import FAILED
from ouro_web.actions.models import Action, ActionAsset, ActionLog, Level
from ouro_web.assets.access import Person
from ouro_web.assets.compatibility import Offer, accepting
from ouro_web.assets.models import Asset, AssetType, Connection
from ouro_web.datasets.models import Dataset
from ouro_web.files.models import File
from ouro_web.services.models import Route
from ouro_web.web import inputs, runs, timeline
from ouro_web.web.previews import Preview, Previews
from ouro_web.web.run_answer import Answered
from ouro_web.web.runs import Link, Run
from ouro_web.web.templatetags.ouro import STATUSES

TURNS = ("sent", "acknowledged", "answered", "finished")
LOG_LINES = 400
MOST_ROUTES = 300  # looked at for *send to*
LEVELS = {"warning": (Level.WARNING,), "error": (Level.ERROR,)}
WHOSE = {
    "you": "Your input",
    "service": "The service",
    "network": "The network in between",
    "site": "This site",
}


@dataclass(frozen=True)
class Output:
    """An asset the run made, with its content where the reader may see that."""

    link: Link
    asset: Asset | None
    preview: Preview | None
    offers: list[Offer]


class RunPage(Answered):
    """A run with all that its own page shows. Each part is worked out when the template asks."""

    def __init__(self, action: Action, person: Person, *, level: str = "") -> None:
        super().__init__(action, person)
        self.level = level if level in LEVELS else ""

    def _links(self, direction: str) -> list[Link]:
        """Those of files and datasets with the version that they are in by now."""
        links = super()._links(direction)
        ids = [link.asset.pk for link in links if link.asset and link.version]
        newest: dict[Any, int] = {}
        if ids:
            newest |= dict(QuerySet(File).filter(pk__in=ids).values_list("pk", "version"))
            newest |= dict(QuerySet(Dataset).filter(pk__in=ids).values_list("pk", "version"))
        return [
            replace(link, newest=newest.get(link.asset.pk)) if link.asset else link
            for link in links
        ]

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
