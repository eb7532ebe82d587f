"""A program's side of the API without a network."""

import json
from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def program():
    """program(person): asks as her, with an API key: ask(method, path, body)."""
    from ouro_web.accounts import keys

    def make(person=None):
        http = Client(raise_request_exception=False)
        headers: dict[str, str] = {}
        if person is not None:
            headers["authorization"] = keys.issue(person, name="tests")[1]

        def ask(method: str, path: str, body: Any = None, **more: Any):
            given = body if isinstance(body, bytes) else json.dumps(body).encode()
            content = b"" if body is None else given
            kind = more.pop("content_type", "application/json")
            extra = {**headers, **more.pop("headers", {})}
            return http.generic(method, f"/api{path}", content, kind, headers=extra, **more)

        return ask

    return make
