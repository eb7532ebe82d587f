"""A new document for a service: ids, names given by hand, settings and history of what stays are
kept; what is gone is retired, so that its runs stay explained.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.assets.placement import Placement, rename
from ouro_web.services import comparing, drafts, openapi, past, reading, tasks
from ouro_web.services.comparing import Change
from ouro_web.services.declaring import BY_HAND
from ouro_web.services.importing import (
    KEPT,
    LONGEST_DESCRIPTION,
    Document,
    columns,
    create_routes,
    keep_revision,
    readable,
    routes_of,
)
from ouro_web.services.models import Route, Service, SpecDraft, SpecRevision
from ouro_web.services.openapi import RouteDraft, Specification


@dataclass(frozen=True)
class Changed:
    """A route and what its operation becomes; `changes` may be empty when it is only told in
    other words."""

    route: Route
    draft: RouteDraft
    changes: list[Change]

    @property
    def is_breaking(self) -> bool:
        return any(change.is_breaking for change in self.changes)


@dataclass(frozen=True)
class Changes:
    """What a new document does to the routes of a service. `left_out` was not taken before;
    `taken` are those of `added` and `left_out` that a refresh has made routes of."""

    added: list[RouteDraft]
    changed: list[Changed]
    unchanged: list[RouteDraft]
    left_out: list[RouteDraft]
    removed: list[Route]
    taken: list[RouteDraft] = field(default_factory=list)

    @property
    def breaking(self) -> list[Changed]:
        return [item for item in self.changed if item.is_breaking]


def changes(service: Service, specification: Specification) -> Changes:
    """What `refresh` would do; nothing is changed by looking."""
    live = {_key(route): route for route in _live(service)}
    # What was there before and is no route was left out on purpose.
    known = _known(service)
    found = Changes([], [], [], [], [])
    for draft in specification.drafts:
        route = live.pop(draft.key, None)
        if route is None:
            (found.left_out if draft.key in known else found.added).append(draft)
        elif _is_same(route, draft):
            found.unchanged.append(draft)
        else:
            found.changed.append(Changed(route, draft, _compared(route, draft)))
    found.removed.extend(row for row in live.values() if not row.metadata.get(BY_HAND))
    return found


@transaction.atomic
def refresh(
    service: Service, document: Document, *, take: Collection[str] | None = None
) -> Changes:
    """Apply a new document. Routes that are gone from it are retired: their runs stay.

    `take` are the operations without a route that shall get one; None takes what is new.
    """
    specification = readable(document)
    found = changes(service, specification)
    wanted = {draft.key for draft in found.added} if take is None else set(take)
    revision = keep_revision(service, document, specification)
    known = {_key(route): route for route in routes_of(service).order_by("retired_at")}
    # Live rows last, so that they win over retired ones of the same operation.
    known |= {_key(route): route for route in _live(service)}
    live = {item.draft.key for item in found.changed} | {item.key for item in found.unchanged}
    fresh = []
    for position, draft in enumerate(specification.drafts):
        if draft.key not in live and draft.key not in wanted:
            continue
        if route := known.get(draft.key):
            _apply(route, revision, draft, position)
        else:
            fresh.append((position, draft))
    placement = Placement(service.owner, service.organization, service.team)
    create_routes(placement, service, revision, fresh)
    offered = (*found.added, *found.left_out)
    found.taken.extend(draft for draft in offered if draft.key in wanted)
    gone = [route.pk for route in found.removed]
    routes_of(service).filter(pk__in=gone).update(retired_at=timezone.now())
    service.version = specification.api_version
    service.spec_url = document.source_url or service.spec_url
    service.save()
    return found


def current_document(service: Service) -> str:
    latest = latest_revision(service)
    return latest.document if latest else ""


def latest_facts(service: Service) -> dict[str, Any]:
    """What the document that stands says beside its operations, without the document."""
    facts = service.revisions.order_by("-created_at", "-id").values_list("facts", flat=True)
    return facts.first() or {}


def is_read_as_today(service: Service) -> bool:
    """Whether its document was read in the way in which it would be now; also without one."""
    facts = latest_facts(service)
    return not facts or facts.get("reading") == openapi.READING


def again(service: Service, user: User) -> SpecDraft | None:
    """The document that stands, to be looked at as it would be read now; nothing without one."""
    revision = latest_revision(service)
    if revision is None:
        return None
    text, source = revision.document, revision.source_url
    is_small = reading.is_small(text, source_url=source)
    found = reading.read(text, source_url=source) if is_small else None
    kept = drafts.keep(user, text=text, source_url=source, specification=found)
    if found is None:
        tasks.read_draft.enqueue(str(kept.pk))
    return kept


def latest_revision(service: Service) -> SpecRevision | None:
    return service.revisions.order_by("-created_at", "-id").first()


def _live(service: Service) -> list[Route]:
    return list(routes_of(service).filter(retired_at__isnull=True).order_by("position"))


def _key(route: Route) -> str:
    return f"{route.method} {route.path}"


def _apply(route: Route, revision: SpecRevision, draft: RouteDraft, position: int) -> None:
    if route.name == _name(route.operation):  # nobody has given it a name of its own
        rename(route, draft.name)
    if route.description == str(route.operation.get("description", ""))[:LONGEST_DESCRIPTION]:
        route.description = draft.operation["description"][:LONGEST_DESCRIPTION]
    past.change(route, _new_columns(route, draft))
    route.revision, route.position, route.retired_at = revision, position, None
    route.save()


def _new_columns(route: Route, draft: RouteDraft) -> dict[str, Any]:
    """Without those that a person has set."""
    kept = route.metadata.get(KEPT, ())
    return {name: value for name, value in columns(draft).items() if name not in kept}


def _known(service: Service) -> set[str]:
    """The operations of the document that stands."""
    latest = latest_revision(service)
    if latest is None:
        return set()
    keys = latest.facts.get("keys")
    if keys is None:  # kept before facts were
        keys = [draft.key for draft in openapi.read(latest.document.encode()).drafts]
    return set(keys)


def _compared(route: Route, draft: RouteDraft) -> list[Change]:
    new = _new_columns(route, draft)
    found = [*comparing.compare(route.operation, draft.operation), *_assets(route, new)]
    if route.execution_mode != new.get("execution_mode", route.execution_mode):
        message = f"was {route.execution_mode}, is {new['execution_mode']}"
        found.append(Change("execution mode", message))
    return sorted(found, key=lambda change: not change.is_breaking)


def _assets(route: Route, new: Mapping[str, Any]) -> Iterable[Change]:
    for word, asked in (("input", True), ("output", False)):
        old = getattr(route, f"{word}_assets")
        given = new.get(f"{word}_assets", old)
        yield from comparing.declarations(word, old, given, asked=asked)


def _name(operation: Mapping[str, Any]) -> str:
    summary = operation.get("summary") or f"{operation.get('method')} {operation.get('path')}"
    return str(summary)[:255]


def _is_same(route: Route, draft: RouteDraft) -> bool:
    new = _new_columns(route, draft)
    return all(getattr(route, column) == value for column, value in new.items())
