"""What every answer of the API has in common, whatever it is about."""

import gzip
import json
from typing import Any

import pytest
from django.test import Client

from ouro_web.accounts import keys
from ouro_web.accounts.models import ApiKey, KeptAnswer
from ouro_web.teams.models import GLOBAL_ID, Team

NEVER = "01900000-0000-7000-8000-000000000000"


class Program:
    """A program with a key: program.post("/teams/create", {...})."""

    def __init__(self, key: str, **headers: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"authorization": key, **headers}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api{path}", headers=self.headers | headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.client.delete(f"/api{path}", headers=self.headers | headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("post", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("put", path, body, headers)

    def packed(self, path: str, body: Any) -> Any:
        raw = gzip.compress(json.dumps(body).encode())
        return self.post(path, raw, **{"content-encoding": "gzip"})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        send = getattr(self.client, method)
        headers = self.headers | headers
        return send(f"/api{path}", raw, content_type="application/json", headers=headers)


@pytest.fixture
def program():
    """The program of this person: program(alice)."""

    def make(person: Any, **headers: str) -> Program:
        return Program(keys.issue(person, name="tests")[1], **headers)

    return make


def error(answer):
    """The error of a refusal, which is in the envelope and says its request."""
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Request-Id"]
    body = answer.json()
    assert body["data"] is None
    assert body["error"]["message"]
    assert body["error"]["status"] == answer.status_code
    return body["error"]


def new_team(lab, name="steel"):
    return {"team": {"name": name, "org_id": str(lab.pk)}}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/nothing", 404, "not_found"),
        ("get", "/teams/not-an-id", 404, "not_found"),
        ("get", f"/teams/{NEVER}", 404, "not_found"),
        ("get", "/teams/", 404, "not_found"),
        ("delete", "/user", 405, "method_not_allowed"),
        ("get", "/teams?joined=perhaps", 422, "invalid"),
        ("get", "/teams?org_id=x", 422, "invalid"),
        ("get", "/user/notifications?limit=-1", 400, "invalid"),
        ("get", "/user/notifications?limit=9999999999999999999999", 400, "invalid"),
        ("get", "/nothing%00", 400, "bad_request"),
        ("get", "/wallet/deposit-address", 402, "payments_unavailable"),
    ],
)
def test_refusals_are_json_in_the_envelope(program, alice, method, path, status, code):
    answer = getattr(program(alice), method)(path)
    assert answer.status_code == status
    assert error(answer)["code"] == code


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "invalid_json"),
        (b"", 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b"null", 422, "invalid"),
        (b"[" * 5000, 400, "invalid_json"),
        (b"\xff\xfe", 400, "invalid_json"),
        (b'{"team": {"name": 5}}', 422, "invalid"),
        (b"x" * 17_000_000, 413, "too_large"),
    ],
    ids=["cut", "empty", "list", "null", "deep", "not text", "number", "large"],
)
def test_bodies_that_cannot_be_used_are_refused(program, alice, body, status, code):
    answer = program(alice).post("/teams/create", body)
    assert answer.status_code == status
    assert error(answer)["code"] == code


def test_the_wrong_field_is_named(program, alice, lab):
    answer = program(alice).post("/teams/create", {"team": {"name": 5, "org_id": str(lab.pk)}})
    assert error(answer)["errors"][0]["field"] == "team.name"
    answer = program(alice).post("/teams/create", new_team(lab, "No Slug"))
    assert error(answer)["errors"][0]["field"] == "name"


def test_a_mistake_of_the_site_tells_no_details(program, alice, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("the password is tulip")

    monkeypatch.setattr("ouro_web.api.views.connection._me", fail)
    answer = program(alice).get("/user")
    assert answer.status_code == 500
    assert error(answer)["code"] == "server_error"
    assert "tulip" not in answer.content.decode()


def test_packed_bodies_are_unpacked(program, alice, lab):
    assert program(alice).packed("/teams/create", new_team(lab)).status_code == 200


def test_a_packed_body_counts_unpacked(program, alice):
    bomb = gzip.compress(b'{"x": "' + b"x" * 30_000_000 + b'"}')
    answer = program(alice).post("/teams/create", bomb, **{"content-encoding": "gzip"})
    assert answer.status_code == 413


def test_a_damaged_packed_body_is_refused(program, alice):
    answer = program(alice).post("/teams/create", b"{}", **{"content-encoding": "gzip"})
    assert error(answer)["code"] == "invalid_encoding"


@pytest.mark.parametrize("spelling", ["{}", "Bearer {}", "bearer {}"])
def test_a_key_may_be_sent_as_it_is(program, alice, spelling):
    caller = program(alice)
    caller.headers["authorization"] = spelling.format(caller.headers["authorization"])
    assert caller.get("/user").json()["data"]["username"] == "alice"


@pytest.mark.parametrize("given", ["", "x", "a.b.c", "Bearer", "ouro_" + "x" * 49])
def test_whoever_has_no_key_is_401(program, alice, given):
    caller = program(alice)
    caller.headers["authorization"] = given
    assert error(caller.get("/user"))["code"] == "unauthorized"


def test_a_session_of_the_pages_opens_nothing(signed_in, alice):
    assert signed_in(alice).get("/api/user").status_code == 401


def test_a_suspended_person_is_401(program, alice):
    caller = program(alice)
    alice.is_active = False
    alice.save()
    assert caller.get("/user").status_code == 401


@pytest.mark.parametrize("given", ["x", NEVER])
def test_an_organization_one_is_not_in_is_403(program, alice, given):
    assert error(program(alice).get("/user", **{"x-ouro-org": given}))["code"] == "forbidden"


def test_a_bound_key_makes_things_only_there(client, alice, lab, program):
    from ouro_web.teams.membership import found_organization

    other = found_organization(founder=alice, name="foundry", display_name="Foundry")
    caller = program(alice)
    ApiKey.objects.update(organization_id=lab.pk)
    assert caller.post("/teams/create", new_team(other)).status_code == 403
    assert caller.get("/user", **{"x-ouro-org": str(other.pk)}).status_code == 403
    assert caller.post("/teams/create", {"team": {"name": "here"}}).status_code == 200
    assert Team.objects.get(name="here").organization == lab


def test_using_a_key_is_noted(program, alice):
    program(alice).get("/user")
    assert ApiKey.objects.get().last_used_at


def test_a_bad_key_is_exchanged_for_an_error_in_a_good_answer(client, db):
    answer = client.post("/api/users/get-token", {"pat": "x"}, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["error"]["code"] == "invalid_api_key"


def test_a_dead_token_beside_a_good_key_does_not_matter(client, alice):
    _row, key = keys.issue(alice, name="x")
    answer = client.post(
        "/api/users/get-token",
        {"pat": key},
        content_type="application/json",
        headers={"authorization": "dead"},
    )
    assert answer.json()["access_token"].count(".") == 2
    assert "refresh_token" in answer.json()


def test_the_same_named_request_is_carried_out_once(program, alice, lab):
    caller = program(alice)
    first = caller.post("/teams/create", new_team(lab), **{"idempotency-key": "one"})
    again = caller.post("/teams/create", new_team(lab), **{"idempotency-key": "one"})
    assert again.status_code == 200
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Team.objects.filter(name="steel").count() == 1


def test_a_name_is_for_one_request_of_one_person(program, alice, bob, lab):
    alices = program(alice)
    alices.post("/teams/create", new_team(lab), **{"idempotency-key": "one"})
    other = alices.post("/teams/create", new_team(lab, "iron"), **{"idempotency-key": "one"})
    assert other.status_code == 422
    assert error(other)["code"] == "idempotency_key_reused"
    bobs = [
        program(bob).post("/teams/create", new_team(lab, "iron"), **{"idempotency-key": "one"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in bobs] == [200, 200]
    assert bobs[0].json()["data"]["name"] == bobs[1].json()["data"]["name"] == "iron"


def test_a_request_that_is_going_on_is_not_begun_again(program, alice, lab):
    caller = program(alice)
    caller.post("/teams/create", new_team(lab), **{"idempotency-key": "one"})
    KeptAnswer.objects.update(status=None)
    again = caller.post("/teams/create", new_team(lab), **{"idempotency-key": "one"})
    assert (again.status_code, again.headers["Retry-After"]) == (409, "2")


def test_a_mistake_of_the_site_may_be_tried_again(program, alice, lab, monkeypatch):
    caller = program(alice)
    with monkeypatch.context() as patch:
        patch.setattr("ouro_web.api.views.teams._full", None)
        failed = caller.post("/teams/create", new_team(lab, "a"), **{"idempotency-key": "one"})
    assert failed.status_code == 500
    assert not KeptAnswer.objects.exists()


def test_answers_are_kept_unpacked(program, alice, lab):
    body = new_team(lab) | {"team": new_team(lab)["team"] | {"description": "long " * 100}}
    caller = program(alice, **{"accept-encoding": "gzip"})
    caller.post("/teams/create", body, **{"idempotency-key": "one"})
    assert json.loads(bytes(KeptAnswer.objects.get().body))["data"]["name"] == "steel"


def test_a_team_for_pages_takes_nothing_from_programs(program, alice, alloys):
    alloys.source_policy = "web_only"
    alloys.save()
    post = {"name": "Note", "team_id": str(alloys.pk), "source": "api"}
    answer = program(alice).post("/posts/create", {"post": post, "content": "Words."})
    assert error(answer)["code"] == "forbidden"


def test_a_key_for_personal_use_makes_personal_things(program, alice, alloys):
    caller = program(alice)
    ApiKey.objects.update(organization_id=GLOBAL_ID)
    made = caller.post("/posts/create", {"post": {"name": "Note"}, "content": "Words."})
    assert made.json()["data"]["org_id"] == str(GLOBAL_ID)
    post = {"name": "Note", "team_id": str(alloys.pk)}
    answer = caller.post("/posts/create", {"post": post, "content": "Words."})
    assert answer.status_code == 403


def test_a_bound_key_runs_routes_into_its_organization_only(program, alice, lab, make_route):
    route = make_route()
    caller = program(alice)
    ApiKey.objects.update(organization_id=lab.pk)
    path = f"/services/{route.service.pk}/routes/{route.pk}/use"
    wait = {"prefer": "respond-async"}
    elsewhere = {"config": {"output": {"org_id": str(GLOBAL_ID)}}}
    assert caller.post(path, elsewhere, **wait).status_code == 403
    assert caller.post(path, {"config": {}}, **wait).status_code == 202
