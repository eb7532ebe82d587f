"""The rows that the measurements need: a person who is signed in, a service, two routes."""

import json
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import get_random_string

from ouro_web.accounts.models import User
from ouro_web.assets.placement import Placement
from ouro_web.services import importing
from ouro_web.services.models import Route


@dataclass(frozen=True)
class Person:
    user: User
    cookies: dict[str, str]
    csrf_token: str


def operation(name: str) -> dict[str, object]:
    schema = {
        "type": "object",
        "required": ["steps"],
        "properties": {
            "steps": {"type": "integer", "minimum": 1, "maximum": 500, "default": 100},
            "fmax": {"type": "number", "exclusiveMinimum": 0, "default": 0.05},
            "method": {"enum": ["BFGS", "FIRE"], "default": "BFGS"},
            "keep_cell": {"type": "boolean", "default": True},
            "comment": {"type": "string", "maxLength": 200, "default": ""},
        },
    }
    return {
        "post": {
            "summary": name,
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "responses": {"200": {"description": "Done"}},
        }
    }


def person() -> Person:
    user = User.objects.create_user("bench", email="bench@example.org", password=None)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    token = get_random_string(32)
    cookies = {
        settings.SESSION_COOKIE_NAME: store.session_key,
        settings.CSRF_COOKIE_NAME: token,
    }
    return Person(user, cookies, token)


def routes(user: User, upstream: str) -> tuple[Route, Route]:
    """The route of 10 ms and the route of 1 s."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Bench", "version": "1"},
        "paths": {"/quick": operation("Quick"), "/slow": operation("Slow")},
    }
    service = importing.create(
        Placement.for_person(user),
        importing.Facts(name="Bench", base_url=upstream),
        importing.Document(json.dumps(document)),
    )
    service.max_concurrency = 10_000
    service.save()
    return service.routes.get(path="/quick"), service.routes.get(path="/slow")
