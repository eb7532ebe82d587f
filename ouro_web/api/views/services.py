"""Services: other people's APIs and the documents they are made from."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from ninja import Field, Schema
from pydantic import ConfigDict

from ouro_web.api.bodies import Given
from ouro_web.api.giving import changes, columns, place
from ouro_web.api.http import Request, answer, find, router
from ouro_web.api.removing import removed
from ouro_web.api.shapes import routes as route_shapes
from ouro_web.api.shapes.assets import AUTHENTICATION
from ouro_web.api.shapes.services import service as shape
from ouro_web.api.specs import Source, document_of
from ouro_web.assets import changing
from ouro_web.assets.models import Asset
from ouro_web.services import importing, refreshing
from ouro_web.services.claiming import refuse_second
from ouro_web.services.credentials import put_secret
from ouro_web.services.importing import Facts, routes_of
from ouro_web.services.models import Service
from ouro_web.services.openapi.parsing import parse

services = router("Services")

KINDS = {label.lower(): value for value, label in AUTHENTICATION.items()} | {
    value.value: value for value in AUTHENTICATION
}


class Metadata(Source):
    """How the service is reached. Give one of spec_url, spec_upload_id and spec_path for a service
    with a document."""

    base_url: str | None = None
    authentication: str | None = Field(
        default=None, examples=["None", "Ouro", "Personal Access Token", "OAuth 2.0"]
    )
    version: str | None = None
    auth_url: str | None = None


class ServiceGiven(Given):
    metadata: Metadata | None = None


class ServiceBody(Schema):
    service: ServiceGiven


class SecretBody(Schema):
    model_config = ConfigDict(extra="allow")

    method: str = "Ouro"
    secret: str


@services.get("/services")
def every(request: Request) -> Any:
    """All services that one may see, newest first."""
    seen = Asset.objects.visible_to(request.auth.user).values("pk")
    rows: QuerySet[Service] = QuerySet(Service)
    rows = rows.filter(pk__in=seen).select_related("owner", "organization", "team")
    if request.auth.organization:
        rows = rows.filter(organization=request.auth.organization)
    return answer([shape(row) for row in rows.order_by("-pk")])


@services.post("/services/create/from-file")
def create_from_file(request: Request, body: ServiceBody) -> Any:
    """A service from its OpenAPI document, with a route for each of its operations."""
    given, metadata = body.service, body.service.metadata or Metadata()
    refuse_second(metadata.base_url or "", by=request.auth.user)
    document = document_of(request, metadata)
    made = importing.create(place(request, given), _facts(given, metadata), document)
    return answer(shape(_completed(made, given, metadata)))


@services.post("/services/create/from-form")
def create_from_form(request: Request, body: ServiceBody) -> Any:
    """A service without a document; its routes are made one by one."""
    given, metadata = body.service, body.service.metadata or Metadata()
    refuse_second(metadata.base_url or "", by=request.auth.user)
    made = importing.create_empty(place(request, given), _facts(given, metadata))
    return answer(shape(_completed(made, given, metadata)))


@services.get("/services/{uuid:pk}")
def retrieve(request: Request, pk: UUID) -> Any:
    """A service. Its credential is never in it."""
    return answer(shape(find(Service, request, pk)))


@services.get("/services/{uuid:pk}/routes")
def routes(request: Request, pk: UUID) -> Any:
    """Its routes in the order of the document, each whole."""
    service = find(Service, request, pk)
    seen = Asset.objects.visible_to(request.auth.user).values("pk")
    rows = routes_of(service).filter(pk__in=seen, retired_at=None).order_by("position", "pk")
    related = rows.select_related("owner", "organization", "team", "parent", "service")
    return answer([route_shapes.route(row) for row in related])


@services.get("/services/{uuid:pk}/spec")
def spec(request: Request, pk: UUID) -> Any:
    """The document as it was given, as an object."""
    service = find(Service, request, pk, "readable_by")
    text = refreshing.current_document(service)
    return answer(parse(text.encode()) if text else {})


@services.put("/services/{uuid:pk}")
def update(request: Request, pk: UUID, body: ServiceBody) -> Any:
    """Change what is given."""
    service = find(Service, request, pk, "editable_by")
    return answer(shape(_changed(request, service, body.service)))


@services.put("/services/{uuid:pk}/update/from-file")
def update_from_file(request: Request, pk: UUID, body: ServiceBody) -> Any:
    """The same with a new document: new operations get routes, dropped ones are retired, and ids,
    names given by hand and history stay."""
    service = find(Service, request, pk, "editable_by")
    document = document_of(request, body.service.metadata or Metadata())
    importing.readable(document)
    service = _changed(request, service, body.service)
    refreshing.refresh(service, document)
    return answer(shape(service))


@services.put("/services/{uuid:pk}/authentication")
def authentication(request: Request, pk: UUID, body: SecretBody) -> Any:
    """Store the secret that the service is called with. It cannot be read again."""
    service = find(Service, request, pk, "managed_by")
    rotated = put_secret(service, kind=_kind(body.method), secret=body.secret)
    return answer(
        {"id": service.pk, "secret_id": service.pk, "method": body.method, "rotated": rotated}
    )


@services.delete("/services/{uuid:pk}")
def delete(request: Request, pk: UUID, delete_children: bool = True, dry_run: bool = False) -> Any:
    """With its routes; their runs stay. `dry_run=true` only tells what would go."""
    service = find(Service, request, pk, "managed_by")
    return answer(removed(service, children=delete_children, dry_run=dry_run))


def _facts(given: ServiceGiven, metadata: Metadata, service: Service | None = None) -> Facts:
    """What is given, over what the service has."""
    values = given.values()
    return Facts(
        name=values.get("name") or (service.name if service else ""),
        base_url=metadata.base_url or (service.base_url if service else ""),
        description=values.get("description", service.description if service else ""),
        authentication=_kind(metadata.authentication)
        if metadata.authentication
        else (service.authentication if service else "none"),
    )


def _kind(word: str) -> str:
    kind = KINDS.get(word.strip().lower())
    if kind is None:
        known = ", ".join(AUTHENTICATION.values())
        raise ValidationError({"metadata.authentication": f"Choose one of {known}."})
    return str(kind.value)


def _changed(request: Request, service: Service, given: ServiceGiven) -> Service:
    metadata = given.metadata or Metadata()
    facts = _facts(given, metadata, service)
    if facts.authentication != service.authentication:
        find(Service, request, service.pk, "managed_by")
    if facts.base_url != service.base_url:
        refuse_second(facts.base_url, by=request.auth.user, besides=service.pk)
    with transaction.atomic():
        importing.change(service, facts)
        changing.change(service, changes(request, service, given), by=request.auth.user)
        _set_words(service, metadata)
    return service


def _completed(service: Service, given: ServiceGiven, metadata: Metadata) -> Service:
    for name, value in columns(given).items():
        setattr(service, name, value)
    _set_words(service, metadata)
    return service


def _set_words(service: Service, metadata: Metadata) -> None:
    service.version = (metadata.version or service.version)[:60]
    service.authorization_url = (metadata.auth_url or service.authorization_url)[:200]
    service.save()
