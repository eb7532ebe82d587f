"""The frame that the tabs of a route share: finding it, its head and its measured facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from ouro_web.accounts.models import User
from ouro_web.actions.models import FINAL, Action, ActionLog, Status
from ouro_web.lib import fields
from ouro_web.lib.declarations import from_stored
from ouro_web.lib.fields.tree import humanised
from ouro_web.lib.fields.view import resolve, types
from ouro_web.services.models import Route
from ouro_web.web.lookup import rights
from ouro_web.web.run_page import RunPage
from ouro_web.web.runs import detailed, shown

RELATED = ("owner", "organization", "team", "parent", "service")
RECENT = 200
STRIP = 40
STRIP_HEIGHT = 24
LINES = 8  # of the log, beside the form
HUES = {Status.SUCCESS: "success", Status.ERROR: "error", Status.TIMED_OUT: "timeout"}


@dataclass(frozen=True)
class Bar:
    x: int
    y: float
    height: float
    css: str


@dataclass(frozen=True)
class Readouts:
    """What the last runs were like, whoever made them; nothing about any single one."""

    runs: int = 0
    typical: float | None = None
    nearly_all: float | None = None  # 95 % of the runs that succeeded took no longer
    succeeded: str = ""
    strip: tuple[Bar, ...] = ()
    shown: int = 0
    failed: int = 0

    @property
    def width(self) -> int:
        return max(len(self.strip) * 5, 5)


def find(person: Any, owner: str, slug: str, *, related: Sequence[str] = RELATED) -> Route:
    """`related` are the rows beside it that the page shows as well."""
    rows: Any = Route.objects.select_related(*related)
    found: Route = get_object_or_404(rows.visible_to(person), namespace=owner, slug=slug)
    return found


def frame(request: HttpRequest, route: Route, tab: str) -> dict[str, Any]:
    """The context of templates/routes/detail.html."""
    return {
        "route": route,
        "asset": route,
        "tab": tab,
        "readouts": readouts(route),
        "lede": lede(route),
        **rights(cast(User, request.user), route),
    }


def lede(route: Route) -> str:
    """The first paragraph of the description; all of it is on the About tab."""
    return route.description.strip().partition("\n\n")[0].replace("\n", " ")[:300]


def readouts(route: Route) -> Readouts:
    rows = list(
        Action.objects.filter(route=route, status__in=FINAL)
        .order_by("-pk")
        .values_list("status", "created_at", "finished_at")[:RECENT]
    )
    if not rows:
        return Readouts()
    spans = [(status, _seconds(began, ended)) for status, began, ended in rows]
    good = sorted(seconds for status, seconds in spans if status == Status.SUCCESS)
    share = 100 * len(good) / len(rows)
    strip = list(reversed(spans[:STRIP]))
    return Readouts(
        runs=len(rows),
        typical=median(good) if good else None,
        nearly_all=good[min(len(good) - 1, int(0.95 * len(good)))] if len(good) >= 5 else None,
        succeeded=f"{share:.1f}".removesuffix(".0"),
        strip=tuple(_bars(strip)),
        shown=len(strip),
        failed=sum(status != Status.SUCCESS for status, _ in strip),
    )


def _seconds(began: datetime, ended: datetime | None) -> float:
    return max(0.0, (ended - began).total_seconds()) if ended else 0.0


def _bars(spans: list[tuple[str, float]]) -> list[Bar]:
    longest = max(seconds for _, seconds in spans) or 1.0
    made = []
    for place, (status, seconds) in enumerate(spans):
        height = round(3 + (STRIP_HEIGHT - 3) * seconds / longest, 1)
        css = f"bg-{HUES[Status(status)]}"
        made.append(Bar(x=place * 5, y=round(STRIP_HEIGHT - height, 1), height=height, css=css))
    return made


@dataclass(frozen=True)
class Scalar:
    """A number or text of the response that is no asset."""

    title: str
    unit: str


class LatestRun(RunPage):
    """The reader's newest run beside the form."""

    @property
    def last_lines(self) -> list[ActionLog]:
        return list(self.log)[-LINES:]


def latest(request: HttpRequest, route: Route) -> LatestRun | None:
    """It alone, for its poll."""
    if not isinstance(request.user, User):
        return None
    rows = Action.objects.filter(route=route, user=request.user).order_by("-pk")
    newest = detailed(rows, request.user).first()
    return LatestRun(newest, request.user) if newest else None


def results(request: HttpRequest, route: Route) -> dict[str, Any]:
    """The right column: the reader's latest run, those before it, and what will come out."""
    person = request.user
    mine: list[Action] = []
    if isinstance(person, User):
        rows = detailed(Action.objects.filter(route=route, user=person).order_by("-pk"), person)
        mine = list(rows[:5])
    return {
        "latest": LatestRun(mine[0], person) if mine else None,
        "earlier": shown(mine[1:], person),
        "scalars": scalars(route, set(from_stored(route.output_assets, "output"))),
    }


def beside_the_form(request: HttpRequest, route: Route) -> dict[str, Any]:
    """What the form itself says about the route, also when it is drawn alone."""
    last = None
    if isinstance(request.user, User):
        mine = Action.objects.filter(route=route, user=request.user).order_by("-pk")
        last = mine.values_list("pk", flat=True).first()
    return {
        "last_run": last,
        "outputs": list(from_stored(route.output_assets, "output").values()),
        "examples": range(len(fields.examples(route.operation))),
        "readouts": readouts(route),
    }


def scalars(route: Route, outputs: set[str]) -> list[Scalar]:
    """What the answer holds beside the assets, by the declared schema of a good answer."""
    responses = route.operation.get("responses") or {}
    code = next((code for code in sorted(responses) if str(code).startswith("2")), "")
    root = {"$defs": route.operation.get("$defs") or {}}
    properties = resolve(root, (responses.get(code) or {}).get("schema")).get("properties")
    found = []
    for name, schema in (properties if isinstance(properties, dict) else {}).items():
        view = resolve(root, schema)
        if name not in outputs and set(types(view)) & {"number", "integer", "string", "boolean"}:
            title = str(view.get("title") or humanised(name))
            found.append(Scalar(title, str(view.get("x-unit") or "")))
    return found[:8]
