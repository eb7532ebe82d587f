"""The run page of every operation of the real documents that lie beside the project."""

import time
from pathlib import Path

from django.test import Client

from bench.rows import Person
from ouro_web.assets.placement import Placement
from ouro_web.services import importing
from ouro_web.services.models import Route

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "cases" / "openapi"


def documents() -> list[Path]:
    """None where the project stands alone."""
    every = sorted(path for path in FOLDER.glob("*.*") if path.suffix in (".json", ".yaml", ".yml"))
    return [path for path in every if path.name != "manifest.json"]


def imported(person: Person, upstream: str) -> list[Route]:
    made: list[Route] = []
    for path in documents():
        facts = importing.Facts(name=path.stem, base_url=upstream)
        document = importing.Document(path.read_text())
        service = importing.create(Placement.for_person(person.user), facts, document)
        made += importing.routes_of(service).order_by("pk")
    return made


def seconds_of_each(routes: list[Route], person: Person, host: str) -> list[float]:
    """CPU of drawing each page, in this process: the same code as in the web process."""
    client = Client(headers={"host": host})
    client.cookies.load(person.cookies)
    client.get(routes[0].get_absolute_url())  # loads the templates
    return [_seconds(client, route.get_absolute_url()) for route in routes]


def _seconds(client: Client, address: str) -> float:
    began = time.process_time()
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}.")
    return time.process_time() - began
