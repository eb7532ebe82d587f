"""Looking at services: the list, one service with its routes, the document it was made from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from ouro_web.actions.models import Action, Status
from ouro_web.assets import search
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset, AssetType
from ouro_web.services import openapi
from ouro_web.services.importing import routes_of
from ouro_web.services.models import Route, Service, SpecRevision
from ouro_web.web import looks
from ouro_web.web.http import Request, render
from ouro_web.web.jsonview import LONGEST, coloured, laid_out
from ouro_web.web.lookup import readable, rights
from ouro_web.web.operations_found import kinds
from ouro_web.web.paging import numbered, page_of


@dataclass(frozen=True)
class Runs:
    """How many runs there were; of those that ended, how many succeeded."""

    total: int = 0
    ended: int = 0
    succeeded: int = 0

    @property
    def share(self) -> str:
        return f"{100 * self.succeeded / self.ended:.3g} %" if self.ended else ""


@dataclass(frozen=True)
class RouteRow:
    route: Route
    runs: Runs
    takes: str
    makes: str
    summary: str


ENDED = [Status.SUCCESS, Status.ERROR, Status.TIMED_OUT]


@require_safe
def every(request: Request) -> HttpResponse:
    text = asked(request, "q")
    mine = "mine" in request.GET and request.user.is_authenticated
    rows = Asset.objects.visible_to(request.user).filter(asset_type=AssetType.SERVICE)
    if mine:
        rows = rows.filter(owner_id=request.user.pk)
    live = Count(
        "as_service__routes",
        filter=Q(as_service__routes__retired_at__isnull=True),
        distinct=True,
    )
    found = search.find(rows, text).for_cards().annotate(route_count=live)
    context = {"page": page_of(request, found), "text": text, "mine": mine}
    return render(request, "services/list.html", context)


@require_safe
def by_id(request: HttpRequest, pk: UUID) -> HttpResponse:
    rows = Asset.objects.visible_to(request.user).filter(asset_type=AssetType.SERVICE)
    return redirect(get_object_or_404(rows, pk=pk))


@require_safe
def detail(request: Request, owner: str, slug: str) -> HttpResponse:
    service = visible_service(request.user, owner, slug)
    looks.note(request, service)
    text = asked(request, "q")
    method = asked(request, "method")
    routes = visible_routes(request.user, service)
    live = routes.filter(retired_at__isnull=True)
    page = numbered(request, matching(live, text, method).order_by("position", "pk"))
    context = {
        **frame(request.user, service, "routes"),
        "page": page,
        "routes": with_runs(page.items),
        "retired": routes.filter(retired_at__isnull=False).order_by("name"),
        "methods": sorted(set(live.order_by().values_list("method", flat=True))),
        "text": text,
        "method": method,
    }
    return render(request, "services/detail.html", context)


@require_safe
def spec(request: Request, owner: str, slug: str) -> HttpResponse:
    service = readable_service(request.user, owner, slug)
    revision = _latest(service)
    text = revision.document if revision else ""
    facts = revision.facts if revision else {}
    context = {
        **frame(request.user, service, "spec"),
        "revision": revision,
        "revisions": service.revisions.count(),
        "facts": facts,
        "specification": openapi.unpacked(facts),
        "size": len(text.encode()),
        "head": coloured(laid_out(text)) if text.lstrip()[:1] == "{" else text[:LONGEST],
        "cut": len(text) > LONGEST,
    }
    return render(request, "services/spec.html", context)


@require_safe
def document(request: Request, owner: str, slug: str) -> HttpResponse:
    """The document as it was given, to download."""
    service = readable_service(request.user, owner, slug)
    revision = _latest(service)
    text = revision.document if revision else ""
    ending = "json" if text.lstrip()[:1] == "{" else "yaml"
    answer = HttpResponse(text, content_type=f"application/{ending}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{service.slug}.{ending}"'
    return answer


def asked(request: Request, name: str) -> str:
    """A word of the address, short and without what no database compares."""
    return request.GET.get(name, "").replace("\0", "").strip()[:200]


def visible_service(person: Person, owner: str, slug: str) -> Service:
    rows = Asset.objects.visible_to(person)
    every: QuerySet[Service] = QuerySet(Service)
    named = every.filter(namespace=owner, slug=slug, pk__in=rows.values("pk"))
    return get_object_or_404(named.select_related("owner", "organization", "team", "parent"))


def readable_service(person: Person, owner: str, slug: str) -> Service:
    """The document is content; who only sees that a service exists does not get it."""
    return readable(Service, person, pk=visible_service(person, owner, slug).pk)


def frame(person: Person, service: Service, tab: str) -> dict[str, Any]:
    """What the head of each of a service's pages shows."""
    routes = visible_routes(person, service).filter(retired_at__isnull=True)
    runs = Action.objects.filter(route__in=routes.values("pk"))
    return {
        "asset": service,
        "service": service,
        "tab": tab,
        "route_count": routes.count(),
        "runs": Runs(**runs.aggregate(**_counts())),
        **rights(person, service),
    }


def visible_routes(person: Person, service: Service) -> QuerySet[Route, Route]:
    seen = Asset.objects.visible_to(person).values("pk")
    return routes_of(service).filter(pk__in=seen).defer("operation")


def matching(routes: QuerySet[Route, Route], text: str, method: str) -> QuerySet[Route, Route]:
    for word in text.split():
        said = Q(name__icontains=word) | Q(path__icontains=word)
        routes = routes.filter(said | Q(description__icontains=word))
    return routes.filter(method=method) if method else routes


def with_runs(rows: Sequence[Route]) -> list[RouteRow]:
    """One query, however many routes there are."""
    counted = Action.objects.filter(route__in=[route.pk for route in rows]).order_by()
    found = cast(Iterable[dict[str, Any]], counted.values("route").annotate(**_counts()))
    runs = {row["route"]: Runs(row["total"], row["ended"], row["succeeded"]) for row in found}
    return [
        RouteRow(
            route=route,
            runs=runs.get(route.pk, Runs()),
            takes=kinds(route.input_assets),
            makes=kinds(route.output_assets),
            summary=route.description.strip().partition("\n\n")[0],
        )
        for route in rows
    ]


def _counts() -> dict[str, Count]:
    return {
        "total": Count("pk"),
        "ended": Count("pk", filter=Q(status__in=ENDED)),
        "succeeded": Count("pk", filter=Q(status=Status.SUCCESS)),
    }


def _latest(service: Service) -> SpecRevision | None:
    return service.revisions.order_by("-created_at", "-id").first()
