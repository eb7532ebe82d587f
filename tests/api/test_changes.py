"""What a change is answered with."""

import pytest

from ouro_web.posts import publish
from ouro_web.teams.membership import join_organization, join_team


@pytest.fixture
def admin(alloys, make_user):
    """Of the team, and neither owner of its things nor admin of the organization."""
    person = make_user("dora")
    join_organization(alloys.organization, person)
    join_team(alloys, person, "admin")
    return person


@pytest.mark.parametrize("kind", ["file", "dataset", "post", "service", "route"])
def test_who_closes_a_thing_to_herself_is_told_that_it_worked(
    kind, admin, program, place, alice, make_file, make_dataset, make_service, make_route
):
    service = make_service("https://materials.example.com", visibility="organization")
    things = {
        "file": make_file, "dataset": make_dataset, "service": lambda: service,
        "post": lambda: publish.create(place(alice), name="Post", text="words"),
        "route": lambda: make_route(service=service, visibility="organization"),
    }  # fmt: skip
    row, ask = things[kind](), program(admin)
    where = f"/{kind}s/{row.pk}" if kind != "route" else f"/services/{service.pk}/routes/{row.pk}"
    answer = ask("PUT", where, {kind: {"name": "Closed", "visibility": "private"}})
    assert answer.status_code == 200, answer.content
    assert answer.json()["data"]["visibility"] == "private"
    assert answer.json()["data"]["name"] == "Closed"
    assert ask("GET", f"/{kind}s/{row.pk}").status_code == 404


def test_a_description_comes_with_its_document_and_in_lists_without(program, alice, make_file):
    row, ask = make_file(), program(alice)
    given = {"file": {"description": "Some *words*"}}
    told = ask("PUT", f"/files/{row.pk}", given).json()["data"]["description"]
    assert told["text"] == "Some *words*"
    assert told["json"]["content"][0]["type"] == "paragraph"
    hits = ask("GET", "/search/assets").json()["data"]
    assert hits[0]["description"] == {"text": "Some *words*", "json": None}
