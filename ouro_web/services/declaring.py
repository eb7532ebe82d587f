"""Routes that a person or program describes one by one, without a document.

They are read as the one operation of a small OpenAPI document, so that there is one reader for
everything that people write about operations.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from ouro_web.assets.placement import Placement, rename
from ouro_web.lib import declarations
from ouro_web.services import openapi, past
from ouro_web.services.importing import KEPT, columns, create_routes, keep_by_hand, routes_of
from ouro_web.services.models import Route, Service, SpecRevision
from ouro_web.services.openapi import RouteDraft, filelike, hints

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "QUERY")
BY_HAND = "by_hand"  # in metadata: a new document of the service leaves the route alone
ASSETS_AND_MODE = {"input_assets", "output_assets", "execution_mode"}
SAID_BESIDE = ASSETS_AND_MODE | {"name", "description"}
# What can be given, and the words of an OpenAPI operation for it.
WORDS = {
    "name": "summary",
    "description": "description",
    "parameters": "parameters",
    "request_body": "requestBody",
    "responses": "responses",
    "input_assets": "x-ouro-input-assets",
    "output_assets": "x-ouro-output-assets",
    "execution_mode": "x-ouro-execution-mode",
}
# The keys of a stored operation that come of them; the rest of it stays.
PARTS = {
    "name": ("summary",),
    "description": ("description",),
    "parameters": ("parameters",),
    "request_body": ("bodies",),
    "responses": ("responses",),
    "input_assets": (),
    "output_assets": (),
    "execution_mode": (),
}


def declare(service: Service, given: Mapping[str, Any]) -> Route:
    """Raises ValidationError keyed by field; of code "unique" for an operation that exists."""
    draft = _draft(service, given)
    placement = Placement(service.owner, service.organization, service.team, source="api")
    position = routes_of(service).count()
    try:
        with transaction.atomic():
            (route,) = create_routes(placement, service, _revision(service), [(position, draft)])
            route.metadata = {**route.metadata, BY_HAND: True}
            route.save(update_fields=["metadata"])
    except IntegrityError:
        raise _taken(draft) from None
    return route


def redeclare(route: Route, given: Mapping[str, Any]) -> None:
    """Change what is given and leave the rest. Raises as `declare`."""
    method, path = given.get("method") or route.method, given.get("path") or route.path
    draft = _draft(route.service, {**given, "method": method, "path": path})
    operation = {**route.operation, "method": draft.method, "path": draft.path}
    # What the document of the service said of the others stays known beside what is said here.
    told = WORDS.keys() if route.metadata.get(BY_HAND) else WORDS.keys() - SAID_BESIDE
    for word in told & given.keys():
        operation |= {key: draft.operation[key] for key in PARTS[word]}
    definitions = {**(route.operation.get("$defs") or {}), **draft.operation["$defs"]}
    said = {key: draft.operation["extensions"][key] for key in draft.operation["extensions"]}
    operation["$defs"] = definitions
    if route.metadata.get(BY_HAND):
        operation["extensions"] = {**(route.operation.get("extensions") or {}), **said}
    new = columns(draft) | {"operation": operation}
    kept = ASSETS_AND_MODE - given.keys()
    fresh = {column: value for column, value in new.items() if column not in kept}
    try:
        with transaction.atomic():
            past.change(route, fresh)
            keep_by_hand(route, *(ASSETS_AND_MODE & given.keys()))
            _named(route, given)
            route.save()
    except IntegrityError:
        raise _taken(draft) from None


def forget(route: Route) -> None:
    """The assets and the mode as the document of the service declares them, also from now on."""
    inputs, outputs, mode = openapi.declared(route.operation)
    with transaction.atomic():
        past.change(route, {"input_assets": inputs, "output_assets": outputs})
        route.execution_mode = mode
        route.metadata = {key: value for key, value in route.metadata.items() if key != KEPT}
        route.save()


def hints_for(route: Route) -> list[str]:
    """What would make its page better, for those who may do something about it."""
    inputs = declarations.from_stored(route.input_assets, "input")
    found = hints.for_operation(route.operation, inputs, "")
    offers = filelike.files_in(route.operation, route.input_assets)
    files = [
        f"“{name}” looks like a file. Declare it below, and a picker takes its place."
        for name in offers
    ]
    return list(dict.fromkeys([*(problem.message for problem in found), *files]))


def _named(route: Route, given: Mapping[str, Any]) -> None:
    if given.get("name"):
        rename(route, str(given["name"])[:255])
    if given.get("description") is not None:
        route.description = str(given["description"])[:20_000]


def _draft(service: Service, given: Mapping[str, Any]) -> RouteDraft:
    method, path = str(given.get("method") or "").upper(), str(given.get("path") or "")
    if method not in METHODS:
        raise ValidationError({"method": f"Choose one of {', '.join(METHODS)}."})
    if not path.startswith("/") or len(path) > 1000:
        raise ValidationError({"path": "Begin the path with a slash; at most 1000 characters."})
    operation = {word: given[key] for key, word in WORDS.items() if given.get(key) is not None}
    document = {
        "openapi": "3.1.0",
        "info": {"title": service.name, "version": service.version or "1"},
        "paths": {path: {method.lower(): {"responses": {}, **operation}}},
    }
    try:
        text = json.dumps(document, allow_nan=False)
    except ValueError:
        raise ValidationError({"request_body": "It holds a number that JSON cannot say."}) from None
    found = openapi.read(text.encode())
    if not found.drafts:
        problems = [problem.message for problem in found.problems]
        raise ValidationError({"path": problems or ["Nothing can be made of it."]})
    return found.drafts[0]


def _revision(service: Service) -> SpecRevision:
    """Every route names the document it came from; a service may have none yet."""
    latest = service.revisions.order_by("-created_at", "-id").first()
    return latest or SpecRevision.objects.create(service=service, document="{}")


def _taken(draft: RouteDraft) -> ValidationError:
    message = f"The service has a route for {draft.key} already."
    return ValidationError({"path": ValidationError(message, code="unique")})
