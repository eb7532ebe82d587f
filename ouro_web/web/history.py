"""Lists of runs: which rows a filter in the address chooses, and what a table shows of them."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.http import HttpRequest

from ouro_web.accounts.models import User
from ouro_web.actions.models import Action, ActionAsset, ActionQuerySet, Status
from ouro_web.assets.models import Asset
from ouro_web.lib.fields.view import resolve
from ouro_web.services.models import Route
from ouro_web.web import runs
from ouro_web.web.inputs import words
from ouro_web.web.paging import Page, page_of
from ouro_web.web.runs import Run

MOST_SCALARS = 2
ROWS = 50
# What a line shows. All of an answer, or of the route, would be much to read for each.
SHOWN = ("status", "phase", "created_at", "finished_at", "error", "route_name", "user")


@dataclass(frozen=True)
class Filters:
    status: str = ""
    who: str = ""
    text: str = ""
    everyone: bool = False

    @property
    def narrow(self) -> bool:
        return bool(self.status or self.who or self.text)


@dataclass(frozen=True)
class Scalar:
    """A number of the answer that the history of a route shows in a column."""

    key: str
    label: str
    unit: str


@dataclass(frozen=True)
class Line:
    """One row: the run and its numbers, each "" where the answer has none."""

    run: Run
    numbers: list[str]
    bar: int  # its duration against the longest of the page, of 60


@dataclass(frozen=True)
class History:
    filters: Filters
    page: Page[Action]
    lines: list[Line]
    scalars: list[Scalar]
    people: list[User]
    etag: str
    query: str  # of the address of the rows alone

    @property
    def statuses(self) -> list[tuple[str, str]]:
        return Status.choices

    @property
    def live(self) -> bool:
        return any(line.run.live for line in self.lines)

    @property
    def headers(self) -> str:
        """What the polling part sends along, so that an unchanged list costs no body."""
        return json.dumps({"If-None-Match": self.etag})


def of(request: HttpRequest, route: Route | None = None) -> History:
    filters = filters_of(request)
    found = Action.objects.visible_to(request.user)
    if route:
        found = found.filter(route=route)
    scalars = numbers_of(route) if route else []
    rows = runs.linked(chosen(found, filters, request.user), request.user).only(*SHOWN)
    if filters.everyone:
        rows = rows.prefetch_related("user")
    page = page_of(request, with_numbers(rows, scalars), size=ROWS)
    lines = lines_of([Run(action, request.user) for action in page.items], scalars)
    whose = people(found) if filters.everyone and not page_part(request) else []
    query = request.GET.copy()
    query["part"] = "rows"
    etag = etag_of(page.items)
    return History(filters, page, lines, scalars, whose, etag, query.urlencode())


def page_part(request: HttpRequest) -> bool:
    """A part of the page is asked for, not the filter above it."""
    return "part" in request.GET


def filters_of(request: HttpRequest) -> Filters:
    """From the address; a signed-out reader sees everyone's, having none of her own."""
    query = request.GET
    status = query.get("status", "")
    return Filters(
        status=status if status in Status.values else "",
        who=query.get("who", "").strip()[:39],
        text=query.get("text", "").strip()[:200],
        everyone="all" in query or not request.user.is_authenticated,
    )


def chosen(rows: ActionQuerySet, filters: Filters, person: Any) -> ActionQuerySet:
    if not filters.everyone:
        rows = rows.filter(user=person)
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.who:
        rows = rows.filter(user__username=filters.who)
    return rows.filter(says(filters.text, person)) if filters.text else rows


def says(text: str, person: Any) -> Q:
    """Runs in whose values, answer, error or assets a text stands. What the reader is not shown is
    not looked at, as it would leak by being found: assets that she may not see; and in the runs of
    others answers, which may hold what is in private outputs, and values where some are secret."""
    seen = Asset.objects.visible_to(person).filter(name__icontains=text).values("pk")
    linked = ActionAsset.objects.filter(action=OuterRef("pk"), asset__in=seen)
    named = _in_json("error", text) | Q(route_name__icontains=text)
    asked = _in_json("call", text) & (Q(user=person.pk) | Q(route__in=_without_secrets()))
    answered = _in_json("response", text) & Q(user=person.pk)
    return named | asked | answered | Q(Exists(linked))


def _in_json(column: str, text: str) -> Q:
    """JSON is searched as it is written, where quotes are escaped and other letters may be."""
    written = {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    return Q.create([(f"{column}__icontains", each) for each in sorted(written)], Q.OR)


def _without_secrets() -> QuerySet[Route]:
    """Routes with no field that is masked. Their schemas are searched as text: a word too many
    there only leaves a run out."""
    secret = Q(operation__icontains='"writeOnly"') | Q(operation__icontains='"password"')
    return QuerySet(Route).exclude(secret).values("pk")  # type: ignore[return-value]


def people(rows: ActionQuerySet) -> list[User]:
    """Whose runs the reader may see, for the choice of a person."""
    return list(User.objects.filter(pk__in=rows.order_by().values("user")).order_by("name")[:50])


def numbers_of(route: Route) -> list[Scalar]:
    """The first numbers that the route says it answers with."""
    responses: dict[str, Any] = route.operation.get("responses") or {}
    answer: dict[str, Any] = next(
        (value for code, value in responses.items() if str(code).startswith("2")), {}
    )
    schema = resolve(route.operation, answer.get("schema") or {})
    found = []
    for key, child in (schema.get("properties") or {}).items():
        view = resolve(route.operation, child)
        if view.get("type") in ("number", "integer") and "__" not in key:
            label = str(view.get("title") or words(key))
            found.append(Scalar(key, label, str(view.get("x-unit") or "")))
    return found[:MOST_SCALARS]


def with_numbers(rows: ActionQuerySet, scalars: list[Scalar]) -> ActionQuerySet:
    """Only these values of the answers are read: an answer may be megabytes."""
    named = {f"number_{place}": KT(f"response__{item.key}") for place, item in enumerate(scalars)}
    return rows.annotate(**named)


def lines_of(shown: list[Run], scalars: list[Scalar]) -> list[Line]:
    longest = max((run.seconds for run in shown), default=0) or 1
    return [
        Line(
            run=run,
            numbers=[_number(run.action, place) for place in range(len(scalars))],
            bar=max(1, round(60 * run.seconds / longest)),
        )
        for run in shown
    ]


def _number(action: Action, place: int) -> str:
    value = getattr(action, f"number_{place}", None)
    return "" if value is None else str(value)


def etag_of(actions: Iterable[Action]) -> str:
    """Changes whenever a row of the list does. How long a run lasts is drawn by the browser."""
    states = [(str(each.pk), each.status, each.phase, str(each.finished_at)) for each in actions]
    return f'"{hashlib.sha256(json.dumps(states).encode()).hexdigest()[:20]}"'
