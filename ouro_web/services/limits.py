"""How much a service is asked at once, how long it is waited for, and which calls do no harm when
they are repeated."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from ouro_web.services.importing import routes_of
from ouro_web.services.models import Route, Service

# Repeating these is harmless by their definition in HTTP; only the others can be marked.
REPEATED_ANYWAY = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")


@dataclass(frozen=True)
class Limits:
    """Calls at once, and seconds."""

    max_concurrency: int
    time_limit: int
    silence_limit: int


@transaction.atomic
def set_limits(service: Service, limits: Limits, *, repeat_safe: Collection[Route]) -> None:
    service.max_concurrency = limits.max_concurrency
    service.time_limit = limits.time_limit
    service.silence_limit = limits.silence_limit
    service.save(update_fields=["max_concurrency", "time_limit", "silence_limit", "updated_at"])
    chosen = [route.pk for route in repeat_safe]
    markable(service).update(repeat_safe=False)
    markable(service).filter(pk__in=chosen).update(repeat_safe=True)


def markable(service: Service) -> QuerySet[Route, Route]:
    """The routes for which a person has to say whether a repeated call does harm."""
    return routes_of(service).filter(retired_at=None).exclude(method__in=REPEATED_ANYWAY)
