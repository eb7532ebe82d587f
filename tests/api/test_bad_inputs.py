"""Broken, odd and hostile requests: every endpoint refuses them in the API's own words.

Every endpoint meets every kind of case; which ones it meets is spread over the endpoints, since
all of them together would take minutes.
"""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from ouro_web.files.models import File
from tests.api.endpoints import ENDPOINTS
from tests.conftest import shared

SHARE = {"raw_body": 6, "content_type": 3, "object": 5, "field_value": 6, "query": 5, "header": 3}
BODIES = ("POST", "PUT", "PATCH")
FIELDS = {
    "posts": "post", "comments": "comment", "files": "file", "datasets": "dataset",
    "services": "service", "teams": "team", "quests": "quest",
}  # fmt: skip


@pytest.fixture(scope="module")
def cases():
    found: dict[str, list[dict[str, Any]]] = {}
    for case in json.loads(shared("cases/bad_inputs.json").read_text())["cases"]:
        found.setdefault(case["section"], []).append(case)
    return found


@pytest.fixture
def things(make_file, make_dataset, make_asset, make_route, alloys, place, alice):
    """The address of something real for each kind; deleting is only tried on what is not there."""
    from ouro_web.posts import publish
    from ouro_web.quests import making

    route = make_route()
    return {
        "files": make_file().pk, "datasets": make_dataset().pk, "routes": route.pk,
        "services": route.service.pk, "teams": alloys.pk, "organizations": alloys.organization_id,
        "posts": publish.create(place(alice), name="Post", text="words").pk,
        "quests": making.create(place(alice), name="Quest", rows=[{"description": "Help"}]).pk,
    }  # fmt: skip


def address(method: str, path: str, things: dict[str, Any]) -> str:
    noun = path.split("/")[1]
    known = things.get(noun, things["posts"])
    if method == "DELETE":
        known = "0190a8b0-0000-7000-8000-000000000000"
    route = things["routes"]
    filled = path.replace("{id}", str(known)).replace("{route}", str(route))
    return "/".join("words" if part.startswith("{") else part for part in filled.split("/"))


def spread(cases: dict[str, list[Any]], section: str, number: int) -> list[Any]:
    every = cases.get(section, [])
    share = SHARE[section]
    return [every[(number * share + step) % len(every)] for step in range(share)] if every else []


def raw(case: dict[str, Any]) -> bytes:
    if "generate" in case:
        made = case["generate"]
        middle = made["repeat"] * made["times"] + made.get("then", "")
        closed = made.get("close", "") * made.get("close_times", 0)
        return str(made.get("prefix", "") + middle + closed).encode()
    if "body_base64" in case:
        return base64.b64decode(case["body_base64"])
    if "json" in case:
        return json.dumps(case["json"]).encode()
    return str(case.get("body", "")).encode("utf-8", "surrogatepass")


def fine(answer: Any, what: object) -> None:
    assert answer.status_code < 500 or answer.status_code == 501, (what, answer.content[:300])
    if answer.status_code >= 400:
        assert answer.headers["content-type"].startswith("application/json"), what
        found = answer.json()
        assert found["error"]["code"], what
        assert found["error"]["message"], what


@pytest.mark.parametrize("number", range(0, len(ENDPOINTS), 12))
def test_nothing_breaks_the_endpoints(number, cases, things, program, alice):
    ask = program(alice)
    for at, (method, path) in enumerate(ENDPOINTS[number : number + 12], start=number):
        where = address(method, path, things)
        for section in ("raw_body", "content_type", "object") if method in BODIES else ():
            for case in spread(cases, section, at):
                sent = raw(case)
                kind = case.get("content_type") or "application/json"
                fine(ask(method, where, sent, content_type=kind), (method, path, case["id"]))
        for case in spread(cases, "field_value", at) if method in BODIES else ():
            fine(ask(method, where, fields(path, case)), (method, path, case["id"]))
        for case in spread(cases, "query", at) if method == "GET" else ():
            fine(ask(method, f"{where}?{query(case)}"), (method, path, case["id"]))
        for case in spread(cases, "header", at):
            name, value = case["header"]
            if name.lower() != "content-length":  # that one is the server's to refuse
                fine(ask(method, where, {}, headers={name: value}), (method, path, case["id"]))


def test_addresses_that_lead_nowhere_are_refused(cases, things, program, alice):
    ask = program(alice)
    for noun in ("files", "posts", "actions", "services"):
        words = {"{{ENDPOINT}}": noun, "{{EXISTING_ID}}": str(things.get(noun, things["posts"]))}
        words["{{DELETED_ID}}"] = "0190a8b0-0000-7000-8000-000000000000"
        for case in cases["path"]:
            where = case["path"]
            for word, value in words.items():
                where = where.replace(word, value)
            answer = ask("GET", where)
            fine(answer, (noun, case["id"]))
            assert 400 <= answer.status_code < 500, (noun, case["id"])


def test_methods_that_an_address_does_not_take_are_refused(cases, things, program, alice):
    ask = program(alice)
    for case in cases["method"]:
        for where in ("/search/assets", f"/files/{things['files']}/data", "/users/get-token"):
            answer = ask(case["method"], where)
            assert 400 <= answer.status_code < 500, (where, case["id"])
            if case["method"] != "HEAD":
                fine(answer, (where, case["id"]))


def test_odd_uploads_are_taken_or_refused(cases, signed_in, program, alice):
    """The pages take multipart; the API, which does not, says so."""
    browser, ask = signed_in(alice), program(alice)
    browser.raise_request_exception = False
    for case in cases["multipart"]:
        kind = case.get("content_type", "multipart/form-data; boundary=B")
        body = case["raw"].encode() if "raw" in case else multipart(case["parts"])
        page = browser.generic("POST", "/files/new", body, kind)
        assert page.status_code < 500, case["id"]
        answer = ask("POST", "/posts/create", body, content_type=kind)
        fine(answer, case["id"])
        assert 400 <= answer.status_code < 500, case["id"]
    names = File.objects.values_list("filename", flat=True)
    assert all(name and "/" not in name for name in names)


def multipart(parts: list[dict[str, str]]) -> bytes:
    lines = ["--B\r\nContent-Disposition: form-data; name=visibility\r\n\r\nprivate\r\n"]
    lines += [
        f'--B\r\nContent-Disposition: form-data; name="{part["name"]}"; '
        f'filename="{part["filename"]}"\r\n'
        f"Content-Type: {part.get('content_type', 'text/plain')}\r\n\r\n{part['content']}\r\n"
        for part in parts
    ]
    return "".join([*lines, "--B--\r\n"]).encode()


def fields(path: str, case: dict[str, Any]) -> Any:
    """The value in the place of a name, a text and everything else that takes words."""
    value = case.get("value", case.get("json", case.get("body", "")))
    named = {"name": value, "description": value, "visibility": value, "metadata": value}
    wrapper = FIELDS.get(path.split("/")[1])
    return {wrapper: named, "content": value} if wrapper else {**named, "markdown": value}


def query(case: dict[str, Any]) -> str:
    text = str(case.get("query", case.get("value", "")))
    return text if "=" in text else f"limit={quote(text, safe='')}&query={quote(text, safe='')}"


def test_text_that_no_database_keeps_is_refused_or_cleaned(program, alice):
    ask = program(alice)
    for text in (b'"\\ud800"', b'"\\u0000"', b'"a\\u0000b"'):
        answer = ask("POST", "/posts/create", b'{"post": {"name": "x"}, "content": %s}' % text)
        fine(answer, text)
        if answer.status_code == 200:
            assert "\0" not in answer.json()["data"]["content"]["text"]
