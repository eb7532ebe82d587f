"""The materials service, registered from its own document like any other."""

import time

from django.core.exceptions import ValidationError

from ouro_web.assets.models import AssetType
from ouro_web.services import finding, importing
from ouro_web.services.finding import Found
from ouro_web.services.importing import Document, Facts
from ouro_web.services.models import Route, Service
from ouro_web.web.demo.people import Cast
from ouro_web.web.demo.samples import find

NAME = "Materials service"
PATIENCE = 60  # seconds for the service to start
PAUSE = 0.5


def make(cast: Cast, url: str) -> dict[str, Route]:
    """Its live routes by slug. A service that has moved keeps its routes and their runs."""
    found = find(cast, AssetType.SERVICE, NAME)
    service: Service = found.kind if found else _import(cast, url)
    if service.base_url != url:
        facts = Facts(name=service.name, base_url=url, description=service.description)
        importing.change(service, facts)
    live = service.routes.filter(retired_at__isnull=True)
    return {route.slug: route.kind for route in live}


def _import(cast: Cast, url: str) -> Service:
    found = _document(f"{url}/openapi.json")
    document = Document(found.text, found.url, found.specification)
    description = importing.readable(document).description
    facts = Facts(name=NAME, base_url=url, description=description)
    return importing.create(cast.place(cast.mira), facts, document)


def _document(url: str) -> Found:
    """Waits for a service that is only just starting."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return finding.find(url)
        except ValidationError:
            if time.monotonic() > end:
                raise
            time.sleep(PAUSE)
