"""Requests made up from the API's own document: no answer is a mistake of the site, and each has a
status, a content type and a shape that the document names.

The same requests in every run. To look for new ones: OURO_SCHEMA_EXAMPLES=50 pytest this file.
"""

import os

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import ouro_web.api.urls  # noqa: F401  (what it puts together is what the document describes)
from ouro_web.api.document import document

EXAMPLES = int(os.environ.get("OURO_SCHEMA_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance,
]  # fmt: skip
PIECES = 8
GIVEN = ("pk", "service_id", "route_id", "item_pk")
SAME = settings(
    max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate],
)  # fmt: skip


@pytest.fixture(scope="module")
def operations():
    schema = schemathesis.openapi.from_dict(document())
    schema.app = WSGIHandler()
    found = list(schema.get_all_operations())
    assert all(isinstance(each, Ok) for each in found)
    return [each.ok() for each in found if isinstance(each, Ok)]


@pytest.fixture(autouse=True)
def _one_connection():
    """The application, called as servers do, would close the connection between two requests, and
    end the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def places(make_file, make_dataset, make_route, alloys, place, alice):
    """Something real for each kind. What does not exist stands for things to be deleted."""
    from ouro_web.posts import publish
    from ouro_web.quests import making

    route = make_route()
    quest = making.create(place(alice), name="Quest", rows=[{"description": "Help"}])
    post = publish.create(place(alice), name="Post", text="words")
    return {
        "files": make_file().pk, "datasets": make_dataset().pk, "routes": route.pk,
        "services": route.service.pk, "teams": alloys.pk, "organizations": alloys.organization_id,
        "posts": post.pk, "assets": post.pk, "users": alice.username,
        "service_id": route.service.pk, "route_id": route.pk, "quests": quest.pk,
        "item_pk": quest.items.get().pk,
    }  # fmt: skip


@pytest.mark.parametrize("piece", range(PIECES))
def test_every_answer_is_as_described(piece, operations, places, alice):
    from ouro_web.accounts import keys

    headers = {"Authorization": keys.issue(alice, name="tests")[1], "Accept-Encoding": "identity"}
    for operation in operations[piece::PIECES]:

        @SAME
        @given(case=operation.as_strategy())
        def ask(case):
            into(case, places)
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS)

        ask()


def into(case, places) -> None:
    """Ids of what is there, where something is; made up ones lead to 404 alone."""
    noun = case.operation.path.split("/")[1]
    for name in case.path_parameters or {}:
        known = places.get(name) or places.get(noun)
        if known and name in GIVEN and case.operation.method != "delete":
            case.path_parameters[name] = str(known)
