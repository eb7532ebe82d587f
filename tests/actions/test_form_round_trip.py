"""The shared list of schema constructs, from the page to a real upstream and back: each good value
is drawn, posted as a browser would, sent, opened again from its run and posted unchanged; each bad
one is refused with a message at its place."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string

from ouro_web.actions import run
from ouro_web.actions.call import Call
from ouro_web.lib.fields import build, exact, judge, read, reopened
from ouro_web.web.forms.destination import DestinationChoice
from ouro_web.web.forms.run import RunForm
from tests.actions.conftest import answer
from tests.browser import typed
from tests.lib.fields.test_cases import CASES, cases, operation
from tests.lib.fields.test_rows import ROWS, asked

pytestmark = pytest.mark.django_db
beside = pytest.mark.skipif(not CASES.exists(), reason=f"{CASES} is not here")
PLACE = SimpleNamespace(namespace="alice", slug="echo", name="Echo", retired_at=None)


def drawn(asked: dict[str, Any], form: Any) -> str:
    nobody = AnonymousUser()
    route: Any = SimpleNamespace(**vars(PLACE), operation=asked)
    shown = RunForm(route, form, [], DestinationChoice(nobody))
    context = {"form": shown, "route": route, "user": nobody, "readouts": {}}
    return render_to_string("routes/run.html#form", context)


def through_the_page(asked: dict[str, Any], document: Any) -> Any:
    """The document as somebody fills it in, passwords too, which a page never shows."""
    form = build(asked, {}, document)
    every = [item for area in form.areas for item in area.walk()]
    secrets = {item.name: [item.text] for item in every if item.kind == "secret" and item.text}
    return read(asked, {}, {**typed(drawn(asked, form)), **secrets})


def opened_again(asked: dict[str, Any], document: Any) -> Any:
    """An earlier run's document in a form, drawn, and posted without a change."""
    page = drawn(asked, reopened(asked, {}, document))
    return read(asked, {}, typed(page), kept=document)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_own_cases_go_through_the_html_of_the_page(row):
    for good in row.good:
        form = judge(asked(row), {}, through_the_page(asked(row), {"body": {"v": good}}))

        assert form.problems == []
        assert exact.same(form.document["body"], {"v": good}), good


@beside
@pytest.mark.parametrize("case", cases())
def test_what_was_filled_in_reaches_the_service_and_is_opened_again(
    case, alice, make_service, make_route, serve, carry_out
):
    server = serve(answer({"ok": True}))
    service = make_service(base_url=server.url())
    asked = operation(case) | {"path": "/echo", "method": "POST"}
    route = make_route("Echo", path="/echo", service=service)
    route.operation = asked | {"parameters": []}
    route.save()
    for good in case["good"]:
        form = judge(asked, {}, through_the_page(asked, {"body": good}))
        assert not form.problems
        action = carry_out(run.start(route, alice, Call.from_document(form.document)))

        again = opened_again(asked, Call.from_json(action.call).document())

        assert exact.same(exact.loads(server.seen.pop().body.decode()), good)
        assert exact.same(again.document["body"], good)


@beside
@pytest.mark.parametrize("case", cases())
def test_what_is_wrong_is_said_at_its_place_in_the_page(case):
    asked = operation(case)
    for bad, at, via in zip(case["bad"], case["bad_at"], case["bad_via"], strict=True):
        form = judge(asked, {}, brought_about(asked, bad, via))

        assert f"/body{at}" in [problem.pointer for problem in form.problems]
        page = drawn(asked, form)
        assert form.summary
        for shown, _ in form.summary:
            assert shown is None or f'id="{shown.id}' in page


def brought_about(asked: dict[str, Any], bad: Any, via: str) -> Any:
    """With the fields if they can say it; else with the JSON view or a made-up post."""
    if via == "raw":
        return read(asked, {}, {"b~m": ["raw"], "b~j": [exact.dumps(bad)]})
    form = through_the_page(asked, {"body": bad})
    if exact.same(form.document.get("body"), bad):
        return form
    return read(asked, {}, build(asked, {}, {"body": bad}).state)
