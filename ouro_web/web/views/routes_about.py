"""The About tab of a route: what it is for, what goes in, what comes out, and what to try it on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from ouro_web.assets.access import Person
from ouro_web.assets.compatibility import compatible_assets
from ouro_web.assets.models import Asset
from ouro_web.lib.declarations import Declaration, from_stored
from ouro_web.services import servers
from ouro_web.services.models import Route
from ouro_web.web import route_page
from ouro_web.web.http import Request, render
from ouro_web.web.schema_tree import Node, Tree

OFFERED = 5


@dataclass(frozen=True)
class Slot:
    """A declared asset, and for inputs a few assets of the reader that fit it."""

    declared: Declaration
    fits: str
    offers: list[Asset]


@dataclass(frozen=True)
class Entry:
    """A row of the request table."""

    place: str
    node: Node


@dataclass(frozen=True)
class Part:
    """A body or a response: its heading and its tree."""

    title: str
    content_type: str
    description: str
    node: Node | None


@require_safe
def about(request: Request, owner: str, slug: str) -> HttpResponse:
    route = route_page.find(request.user, owner, slug)
    tree = Tree(route.operation.get("$defs") or {})
    inputs = from_stored(route.input_assets, "input")
    context = {
        **route_page.frame(request, route, "about"),
        "inputs": [slot(item, request.user) for item in inputs.values()],
        "outputs": [
            slot(item, None) for item in from_stored(route.output_assets, "output").values()
        ],
        "parameters": list(parameters(route, tree)),
        "bodies": list(bodies(route, tree)),
        "responses": list(responses(route, tree)),
        "operation": route.operation,
        "called_at": servers.target(route.service, route.operation).base_url,
    }
    return render(request, "routes/about.html", context)


def slot(declared: Declaration, person: Person | None) -> Slot:
    offers: list[Asset] = []
    if person is not None:
        readable = Asset.objects.readable_by(person).for_cards()
        offers = list(compatible_assets(readable, declared).order_by("-pk")[:OFFERED])
    return Slot(declared, fits(declared), offers)


def fits(declared: Declaration) -> str:
    """`file, .cif or .xyz` in a few words."""
    told = [" or ".join(declared.asset_types)]
    if declared.extensions:
        told.append(" or ".join(f".{extension}" for extension in declared.extensions))
    if declared.contains_extensions:
        held = " or ".join(f".{extension}" for extension in declared.contains_extensions)
        told.append(f"an archive of {held}")
    if declared.filter:
        told.append(declared.filter)
    return ", ".join(told)


def parameters(route: Route, tree: Tree) -> Iterator[Entry]:
    for item in route.operation.get("parameters") or []:
        node = tree.node(item["name"], item["schema"], required=bool(item.get("required")))
        node.description = item.get("description") or node.description
        node.deprecated = node.deprecated or bool(item.get("deprecated"))
        yield Entry(item["in"], node)


def bodies(route: Route, tree: Tree) -> Iterator[Part]:
    for body in route.operation.get("bodies") or []:
        node = tree.node("body", body["schema"], required=bool(body.get("required")))
        yield Part("Body", body["content_type"], body.get("description") or "", node)


def responses(route: Route, tree: Tree) -> Iterator[Part]:
    given: dict[str, Any] = route.operation.get("responses") or {}
    for status, answer in sorted(given.items()):
        kind = answer.get("content_type") or ""
        node = tree.node("answer", answer.get("schema") or {}) if kind else None
        yield Part(status, kind, answer.get("description") or "", node)
