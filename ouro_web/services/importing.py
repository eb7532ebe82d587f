"""Services from documents: made whole in one transaction, or not at all. See refreshing.py for
what happens when the document changes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from ouro_web.assets import words
from ouro_web.assets.access import Visibility
from ouro_web.assets.models import Asset, AssetType
from ouro_web.assets.placement import Placement, base_fields, base_fields_of_many, rename
from ouro_web.services import openapi, reading, servers
from ouro_web.services.credentials import (
    checked_authentication,
    checked_base_url,
    checked_key,
    checked_secret,
    same_host,
    set_secret,
)
from ouro_web.services.models import Route, Service, SpecRevision
from ouro_web.services.openapi import RouteDraft, Specification

LONGEST_DESCRIPTION = 20_000
MOST_REMARKS = 20  # kept of one operation
KEPT = "kept"  # in metadata: names of columns set by hand


@dataclass(frozen=True)
class Facts:
    """What a person says about a service. A secret of None leaves the stored one alone; so do
    `servers` of None, else how each server of single operations is called, by address."""

    name: str
    base_url: str
    description: str = ""
    authentication: str = "none"
    secret: str | None = None
    key_place: str = ""
    key_name: str = ""
    servers: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Document:
    """`specification` is what was read of it, where that was done before."""

    text: str
    source_url: str = ""
    specification: Specification | None = None


def create(
    placement: Placement,
    facts: Facts,
    document: Document,
    *,
    take: Collection[str] | None = None,
    inputs: Mapping[str, Mapping[str, Any]] | None = None,
) -> Service:
    """One route for each operation, or for those in `take` ("POST /relax"); `inputs` are input
    assets that a person declares beside those of the document, by operation and name. Raises
    ValidationError keyed by field; then nothing was created."""
    facts = _checked(facts)
    specification, chosen = _chosen(document, take)
    with transaction.atomic():
        service = _service(placement, facts)
        service.version = specification.api_version
        service.spec_url = document.source_url
        service.authorization_url = next(
            (item.authorization_url for item in specification.schemes if item.authorization_url), ""
        )
        service.save()
        revision = keep_revision(service, document, specification)
        routes = create_routes(placement, service, revision, list(enumerate(chosen)))
        for route, draft in zip(routes, chosen, strict=True):
            if more := (inputs or {}).get(draft.key):
                route.input_assets = {**more, **route.input_assets}
                keep_by_hand(route, "input_assets")
                route.save(update_fields=["input_assets", "metadata"])
    return service


def create_empty(placement: Placement, facts: Facts) -> Service:
    """Without a document; its routes are declared one by one. Raises ValidationError."""
    facts = _checked(facts)
    with transaction.atomic():
        service = _service(placement, facts)
        service.save()
    return service


def _service(placement: Placement, facts: Facts) -> Service:
    service = Service(
        **base_fields(placement, asset_type=AssetType.SERVICE, name=facts.name),
        description=facts.description[:LONGEST_DESCRIPTION],
        base_url=facts.base_url,
        authentication=facts.authentication,
        key_place=facts.key_place,
        key_name=facts.key_name,
        servers=facts.servers or {},
    )
    set_secret(service, facts.secret or "")
    return service


@transaction.atomic
def change(service: Service, facts: Facts) -> bool:
    """Says whether the stored secret was deleted because the host changed: it was given for the
    old one, and whoever may edit the address must not be able to have it sent elsewhere."""
    facts = _checked(facts)
    moved = not same_host(service.base_url, facts.base_url)
    forgotten = moved and bool(service.secret) and facts.secret is None
    rename(service, facts.name)
    service.description = facts.description[:LONGEST_DESCRIPTION]
    service.base_url = facts.base_url
    service.authentication = facts.authentication
    service.key_place, service.key_name = facts.key_place, facts.key_name
    if facts.secret is not None:
        set_secret(service, facts.secret)
    elif moved:
        set_secret(service, "")
    if facts.servers is not None:
        service.servers = facts.servers
    elif moved:
        service.servers = servers.without_secret(service.servers)
    service.save()
    return forgotten


def routes_of(service: Service) -> models.QuerySet[Route, Route]:
    """All of them, retired ones too; as rows of routes, which the inherited manager cannot say."""
    return models.QuerySet(Route).filter(service=service)


def _checked(facts: Facts) -> Facts:
    errors: dict[str, Any] = {}
    name = facts.name.strip()
    if not name:
        errors["name"] = "Give the service a name."
    checks: tuple[tuple[str, Callable[[Any], Any]], ...] = (
        ("base_url", checked_base_url),
        ("authentication", checked_authentication),
        ("servers", lambda given: None if given is None else servers.agreed(given)),
    )
    for field, check in checks:
        try:
            facts = replace(facts, **{field: check(getattr(facts, field))})
        except ValidationError as refused:
            errors.update(refused.message_dict)
    try:
        place, word = checked_key(facts.authentication, facts.key_place, facts.key_name)
        facts = replace(facts, key_place=place, key_name=word)
    except ValidationError as refused:
        errors.update(refused.message_dict)
    secret = facts.secret.strip() if facts.secret is not None else None
    try:
        checked_secret(secret or "")
    except ValidationError as refused:
        errors.update(refused.message_dict)
    if errors:
        raise ValidationError(errors)
    if facts.authentication == "none":
        secret = ""  # a secret that is never sent has no reason to be kept
    return replace(facts, name=name, secret=secret)


def readable(document: Document) -> Specification:
    """Raises ValidationError when nothing can be made of it."""
    specification = document.specification
    if specification is None:
        specification = reading.read(document.text, source_url=document.source_url)
    if not specification.is_usable:
        problems = [problem.message for problem in specification.problems]
        raise ValidationError({"document": problems or ["The document has no operations."]})
    return specification


def _chosen(
    document: Document, take: Collection[str] | None
) -> tuple[Specification, list[RouteDraft]]:
    specification = readable(document)
    chosen = [draft for draft in specification.drafts if take is None or draft.key in take]
    if specification.drafts and not chosen:
        raise ValidationError({"take": "Take at least one operation."})
    return specification, chosen


def keep_revision(
    service: Service, document: Document, specification: Specification
) -> SpecRevision:
    remarks = [
        {"key": draft.key, "problems": [asdict(item) for item in draft.remarks[:MOST_REMARKS]]}
        for draft in specification.remarked
    ]
    keys = [draft.key for draft in specification.drafts]
    named = [draft.operation["servers"] for draft in specification.drafts]
    facts = {"keys": keys, "remarks": remarks, "own_servers": [item for item in named if item]}
    return SpecRevision.objects.create(
        service=service,
        document=specification.bundled or document.text,
        source_url=document.source_url,
        facts={**openapi.head(specification), **facts},
    )


def create_routes(
    placement: Placement,
    service: Service,
    revision: SpecRevision,
    drafts: Sequence[tuple[int, RouteDraft]],
) -> list[Route]:
    """Routes of drafts with their positions; a thousand of them in a few statements for their
    shared columns and one each for their own, which Django cannot insert together."""
    inside = replace(placement, visibility=Visibility.INHERIT)
    names = [draft.name for _, draft in drafts]
    shared = base_fields_of_many(inside, asset_type=AssetType.ROUTE, names=names)
    routes = [
        Route(
            **fields,
            **columns(draft),
            description=draft.operation["description"][:LONGEST_DESCRIPTION],
            parent=service,
            service=service,
            revision=revision,
            position=position,
        )
        for fields, (position, draft) in zip(shared, drafts, strict=True)
    ]
    columns_of_all = [field.attname for field in Asset._meta.concrete_fields]
    with transaction.atomic():
        rows = [
            Asset(**{name: getattr(route, name) for name in columns_of_all}) for route in routes
        ]
        Asset.objects.bulk_create(rows, batch_size=200)
        for row, route in zip(rows, routes, strict=True):
            route.asset_id = row.pk
            route.created_at, route.updated_at = row.created_at, row.updated_at
            route.save_base(raw=True, force_insert=True)  # its own table only
        words.index(*routes)
    return routes


def keep_by_hand(route: Route, *names: str) -> None:
    """Columns that a person has set: a new document of the service leaves them alone."""
    kept = {*route.metadata.get(KEPT, ()), *names}
    route.metadata = {**route.metadata, KEPT: sorted(kept)}


def columns(draft: RouteDraft) -> dict[str, Any]:
    return {
        "method": draft.method,
        "path": draft.path,
        "operation": draft.operation,
        "input_assets": draft.input_assets,
        "output_assets": draft.output_assets,
        "execution_mode": draft.execution_mode,
    }
