import gzip
import json
import socket

import pytest
from django.conf import settings as site

from ouro_web.actions import callback_token, ledger
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action, Phase, Status
from ouro_web.lib.secrets import Vault
from tests.actions.conftest import answer, lines
from tests.raw_server import answering, reset, response, wait_until_closed


def test_a_direct_answer_is_kept_and_the_run_succeeds(make_run, serve, carry_out):
    server = serve(answer({"energy": -5.3}))
    action = carry_out(make_run(server, {"fmax": 0.1}))
    assert (action.status, action.phase, action.owner) == (Status.SUCCESS, "", "")
    assert action.response == {"energy": -5.3}
    assert action.response_status == 200
    assert action.response_meta["content_type"] == "application/json"
    assert action.created_at <= action.started_at <= action.sent_at <= action.answered_at
    assert action.answered_at <= action.finished_at
    assert lines(action) == [
        "Queued",
        f"Sent POST {server.url('/api/relax')}",
        "The service answered 200",
        "Finished",
    ]


def test_the_request_carries_the_body_and_the_six_headers(make_run, serve, carry_out, settings):
    server = serve(answer({}))
    action = carry_out(make_run(server, {"fmax": 0.1}))
    seen = server.seen[0]
    assert (seen.line, json.loads(seen.body)) == ("POST /api/relax HTTP/1.1", {"fmax": 0.1})
    expected = {
        "ouro-action-id": str(action.pk),
        "ouro-route-id": str(action.route_id),
        "ouro-route-org-id": str(action.organization_id),
        "ouro-route-team-id": str(action.team_id),
        "ouro-webhook-url": f"{site.PUBLIC_URL}/api/actions/{action.pk}/response",
        "ouro-webhook-token": callback_token.token_for(action.pk),
        "idempotency-key": str(action.pk),
        "content-type": "application/json",
    }
    assert expected.items() <= seen.headers.items()


def test_what_was_sent_is_kept_without_secrets(make_run, make_service, serve, carry_out):
    server = serve(answer({}))
    service = make_service(base_url=server.url(""), authentication="token")
    service.secret = Vault(site.ENCRYPTION_KEYS).seal("s3cret", row=service.pk)
    service.save()
    action = carry_out(make_run(server, {"fmax": 0.1}, service=service))
    assert server.seen[0].headers["authorization"] == "Bearer s3cret"
    kept = dict(action.sent["headers"])
    assert (kept["Authorization"], kept["ouro-webhook-token"]) == ("•••", "•••")
    assert action.sent["body"] == {"fmax": 0.1}
    everything = json.dumps([action.sent, action.response, action.call, lines(action)])
    assert "s3cret" not in everything
    assert callback_token.token_for(action.pk) not in everything


@pytest.mark.parametrize(
    ("kind", "sent"), [("ouro", "Basic s3cret"), ("oauth2", "Bearer s3cret"), ("none", None)]
)
def test_a_service_is_authenticated_as_it_was_registered(
    make_run, make_service, serve, carry_out, kind, sent
):
    server = serve(answer({}))
    service = make_service(base_url=server.url(""), authentication=kind)
    service.secret = Vault(site.ENCRYPTION_KEYS).seal("s3cret", row=service.pk)
    service.save()
    carry_out(make_run(server, service=service))
    assert server.seen[0].headers.get("authorization") == sent


@pytest.mark.parametrize(("agreed", "sent"), [("bare", None), ("signed", "Bearer s3cret")])
def test_the_secret_goes_to_another_host_only_if_that_was_said(
    make_run, make_service, serve, carry_out, agreed, sent
):
    home, uploads = serve(answer({})), serve(answer({}))
    service = make_service(base_url=home.url(""), authentication="token")
    service.secret = Vault(site.ENCRYPTION_KEYS).seal("s3cret", row=service.pk)
    service.servers = {uploads.url("/up"): agreed}
    service.save()
    action = make_run(home, service=service)
    action.route.operation = {**action.route.operation, "servers": [uploads.url("/up")]}
    action.route.save()

    carried = carry_out(action)

    assert not home.seen
    assert uploads.seen[0].headers.get("authorization") == sent
    assert carried.sent["url"].startswith(uploads.url("/up"))
    assert "s3cret" not in str(carried.sent)


def test_a_secret_of_another_row_is_not_used(make_run, make_service, serve, carry_out):
    server = serve(answer({}))
    service = make_service(base_url=server.url(""), authentication="token")
    service.secret = Vault(site.ENCRYPTION_KEYS).seal("s3cret", row="another")
    service.save()
    action = carry_out(make_run(server, service=service))
    assert action.error["message"] == "The credential of the service cannot be read."
    assert server.seen == []


def test_headers_of_the_caller_cannot_replace_the_platforms(make_run, serve, carry_out):
    names = ["Authorization", "ouro-action-id", "Host", "X-Mine"]
    parameters = [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
        for name in names
    ]
    server = serve(answer({}))
    call = Call(headers=dict.fromkeys(names, "forged"), has_body=True, body={})
    action = carry_out(make_run(server, call=call, parameters=parameters))
    seen = server.seen[0].headers
    assert seen["x-mine"] == "forged"
    assert seen["ouro-action-id"] == str(action.pk)
    assert "authorization" not in seen
    assert "forged" not in seen["host"]


@pytest.mark.parametrize(
    "path",
    [
        "//127.0.0.9/x",
        "http://127.0.0.9/",
        "@127.0.0.9/",
        "/..\\..\\x",
        "\\\\127.0.0.9\\x",
        ".evil.test/",
        ":80@127.0.0.9/",
        "?x=1#@127.0.0.9",
        "/a\r\nHost: 127.0.0.9",
    ],
)
def test_a_path_never_leads_to_another_host(make_run, serve, carry_out, path):
    server = serve(answer({}))
    carry_out(make_run(server, path=path))
    assert [seen.headers["host"] for seen in server.seen] == [f"127.0.0.1:{server.port}"]
    assert server.seen[0].path.startswith("/api/")


def test_delivering_twice_calls_once(make_run, serve, carry_out):
    server = serve(answer({}))
    action = carry_out(make_run(server))
    carry_out(action)
    carry_out(action, owner="another")
    assert len(server.seen) == 1


def test_a_run_that_is_gone_is_no_trouble(make_run, serve, carry_out, monkeypatch):
    action = make_run(serve(answer({})))
    Action.objects.all().delete()
    with pytest.raises(Action.DoesNotExist):
        carry_out(action)


def test_text_and_bytes_are_answers_too(make_run, serve, carry_out):
    text = response(b"done", headers="Content-Type: text/plain\r\n")
    assert carry_out(make_run(serve(answering(text)))).response == "done"
    empty = response(b"", status="204 No Content")
    action = carry_out(make_run(serve(answering(empty)), name="Nothing"))
    assert (action.status, action.response) == (Status.SUCCESS, None)


def test_an_accepted_call_waits_for_its_callback_and_holds_nothing(make_run, serve, carry_out):
    action = carry_out(make_run(serve(answer({"job": 1}, status="202 Accepted"))))
    assert (action.status, action.phase, action.owner) == (
        Status.IN_PROGRESS,
        Phase.AWAITING,
        "",
    )
    assert action.lease_until is None
    minutes = (action.deadline_at - action.acknowledged_at).total_seconds() / 60
    assert 44 < minutes < 46


# Nothing usable came back. Each case says whose fault it is and what to do.


def fault_of(action):
    assert action.status == Status.ERROR
    assert action.error["advice"]
    return action.error


def test_a_service_that_is_down_is_tried_three_times_and_named(make_run, make_service, carry_out):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    service = make_service(base_url=f"http://127.0.0.1:{port}")
    action = carry_out(make_run(None, service=service))
    error = fault_of(action)
    assert error["message"] == f"127.0.0.1:{port} refused the connection."
    assert (error["whose"], error["retryable"]) == ("service", True)
    assert sum("Sent POST" in line for line in lines(action)) == 3


def test_a_lost_post_is_never_repeated_and_says_it_may_have_been_executed(
    make_run, serve, carry_out
):
    server = serve(lambda _, connection: reset(connection))
    error = fault_of(carry_out(make_run(server)))
    assert len(server.seen) == 1
    assert error["code"] == "outcome_unknown"
    assert error["message"] == (
        "The connection was lost before the answer was complete. "
        "The service may have executed the request all the same."
    )
    assert not error["retryable"]


@pytest.mark.parametrize("route", [{"method": "PUT"}, {"repeat_safe": True}, {"method": "DELETE"}])
def test_a_lost_call_that_may_be_repeated_is_repeated(make_run, serve, carry_out, route):
    server = serve(lambda _, connection: reset(connection))
    error = fault_of(carry_out(make_run(server, **route)))
    assert len(server.seen) == 3
    assert (error["code"], error["retryable"]) == ("connection_lost", True)


def sequence(*behaviours):
    """The first request meets the first behaviour, and so on; the last one stays."""
    left = list(behaviours)

    def behave(seen, connection):
        (left.pop(0) if len(left) > 1 else left[0])(seen, connection)

    return behave


def test_a_busy_service_that_says_when_is_asked_again(make_run, serve, carry_out):
    busy = answer({}, status="429 Too Many Requests", headers="Retry-After: 0\r\n")
    server = serve(sequence(busy, answer({"ok": True})))
    action = carry_out(make_run(server))
    assert (action.status, len(server.seen)) == (Status.SUCCESS, 2)


def test_a_busy_service_that_does_not_say_when_is_not_asked_again(make_run, serve, carry_out):
    server = serve(answer({"detail": "Quota used up"}, status="429 Too Many Requests"))
    error = fault_of(carry_out(make_run(server)))
    assert error["message"] == "The service asks for fewer requests (429): Quota used up"
    assert (len(server.seen), error["retryable"]) == (1, True)


def test_a_gateway_error_is_repeated_only_where_that_is_safe(make_run, serve, carry_out):
    gone = answer({}, status="503 Service Unavailable")
    post, put = serve(gone), serve(sequence(gone, answer({})))
    assert fault_of(carry_out(make_run(post)))["upstream_status"] == 503
    assert len(post.seen) == 1
    assert carry_out(make_run(put, method="PUT", path="/put")).status == Status.SUCCESS
    assert len(put.seen) == 2


def test_silence_ends_as_timed_out(make_run, make_service, serve, carry_out):
    server = serve(lambda _, connection: wait_until_closed(connection))
    service = make_service(base_url=server.url(""), time_limit=1)
    action = carry_out(make_run(server, service=service))
    assert action.status == Status.TIMED_OUT
    assert action.error["message"] == (
        "The call was not finished within 1 second. "
        "The service may have executed the request all the same."
    )
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (
            answering(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"),
            "The connection was lost before the answer was complete.",
        ),
        (
            answering(b"SSH-2.0\r\n\r\n"),
            "The service answered with something that is not valid HTTP.",
        ),
        (
            answering(response(b"x", headers="Content-Encoding: br\r\n")),
            "The answer is encoded as “br”, which was not asked for.",
        ),
        (
            answering(
                response(gzip.compress(b"\0" * 40_000_000), headers="Content-Encoding: gzip\r\n")
            ),
            "The answer is larger than 32 MB.",
        ),
    ],
)
def test_broken_answers_of_a_post_are_explained(make_run, serve, carry_out, behaviour, message):
    server = serve(behaviour)
    error = fault_of(carry_out(make_run(server)))
    assert error["message"].startswith(message)
    assert error["whose"] == "service"
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"{broken", "cannot be read"),
        (b"[" * 5000 + b"]" * 5000, "cannot be read"),
        (b"[" * 500 + b"]" * 500, "nested more than 100 levels"),
        (b'{"a": "\xff"}', "cannot be read"),
    ],
)
def test_json_that_is_none_is_explained_and_kept_as_text(make_run, serve, carry_out, body, word):
    data = response(body, headers="Content-Type: application/json\r\n")
    action = carry_out(make_run(serve(answering(data))))
    assert word in fault_of(action)["message"]
    assert isinstance(action.response, str)


def test_nan_and_nul_do_not_break_anything(make_run, serve, carry_out):
    body = b'{"a": NaN, "b": "x\\u0000y", "c": Infinity}'
    data = response(body, headers="Content-Type: application/json\r\n")
    action = carry_out(make_run(serve(answering(data))))
    assert action.response == {"a": None, "b": "x\ufffdy", "c": None}


@pytest.mark.parametrize(
    ("status", "said", "whose", "message"),
    [
        ("400 Bad Request", {"error": "No."}, "you", "The service refused the request (400): No."),
        ("401 Unauthorized", {}, "service", "The service refused this site's credential (401)."),
        ("404 Not Found", {"detail": "Not Found"}, "service", "(404): Not Found"),
        (
            "500 Internal Server Error",
            {"error": {"message": "Oops"}},
            "service",
            "failed (500): Oops",
        ),
        ("302 Found", {}, "service", "redirect (302), which runs do not follow"),
    ],
)
def test_refusals_are_explained(make_run, serve, carry_out, status, said, whose, message):
    action = carry_out(make_run(serve(answer(said, status=status))))
    error = fault_of(action)
    assert message in error["message"]
    assert error["whose"] == whose
    assert action.response == said
    assert action.response_status == int(status[:3])


def test_a_page_of_html_is_quoted_by_its_title(make_run, serve, carry_out):
    page = b"<!doctype html><html><title>Bad gateway</title><script>alert(1)</script></html>"
    data = response(page, status="500 Oops", headers="Content-Type: text/html\r\n")
    error = fault_of(carry_out(make_run(serve(answering(data)))))
    assert error["message"] == "The service failed (500): Bad gateway"


def test_problems_of_the_upstream_land_on_the_fields_of_the_form(make_run, serve, carry_out):
    detail = [
        {"loc": ["body", "steps", 0, "f/max"], "msg": "Input should be greater than 0"},
        {"loc": ["query", "limit"], "msg": "Field required"},
        {"loc": ["body"], "msg": "whole"},
        {"loc": "odd", "msg": 1},
        "text",
    ]
    server = serve(answer({"detail": detail}, status="422 Unprocessable"))
    error = fault_of(carry_out(make_run(server)))
    assert error["problems"] == {
        "b/steps/0/f~1max": "Input should be greater than 0",
        "q/limit": "Field required",
        "b": "whole",
    }
    assert error["message"].startswith(
        "The service refused the input (422): steps.0.f/max: Input should be greater than 0; "
        "limit: Field required"
    )


def test_an_address_inside_the_network_is_not_called(make_run, serve, carry_out, settings):
    settings.ALLOWED_PRIVATE_HOSTS = []
    server = serve(answer({}))
    error = fault_of(carry_out(make_run(server)))
    assert "leads into a private network" in error["message"]
    assert server.seen == []


def test_a_mistake_of_our_own_ends_the_run_in_words(make_run, serve, carry_out, caplog):
    action = make_run(serve(answer({})))
    Action.objects.update(call={"path": 7})
    error = fault_of(carry_out(action))
    assert (error["code"], error["whose"]) == ("internal", "site")
    assert "failed inside the site" in caplog.text


def test_a_full_service_leaves_the_run_in_the_queue(make_run, make_service, serve, carry_out):
    server = serve(answer({}))
    service = make_service(base_url=server.url(""), max_concurrency=1)
    busy = make_run(server, service=service)
    assert ledger.claim(busy.pk, "another")
    action = make_run(server, service=service, path="/other")
    with pytest.raises(ledger.NoRoomError):
        carry_out(action)
    action.refresh_from_db()
    assert (action.status, server.seen) == (Status.QUEUED, [])
    ledger.finish(busy.pk, Action.objects.filter(pk=busy.pk), None)
    assert ledger.next_queued(service.pk) == action.pk
    assert carry_out(action).status == Status.SUCCESS


@pytest.mark.parametrize("where", ["header", "query", "cookie"])
def test_a_key_under_a_name_of_its_own_is_sent_and_not_kept(
    make_run, make_service, serve, carry_out, where
):
    server = serve(answer({}))
    service = make_service(
        base_url=server.url(""), authentication="key", key_place=where, key_name="X-Lab"
    )
    service.secret = Vault(site.ENCRYPTION_KEYS).seal("s3cret", row=service.pk)
    service.save()
    action = carry_out(make_run(server, service=service))
    seen = server.seen[0]
    assert "s3cret" in f"{seen.line} {seen.headers}"
    assert "s3cret" not in json.dumps([action.sent, lines(action)])


def test_passwords_in_the_body_are_sent_and_not_kept_beside_it(make_run, serve, carry_out):
    word = {"type": "string", "format": "password"}
    schema = {"type": "object", "properties": {"word": word}}
    server = serve(answer({"ok": True}))
    parameters = [{"name": "key", "in": "query", "schema": word}]
    call = Call(
        query={"key": "k3y"}, body={"word": "s3cret"}, has_body=True,
        content_type="application/json",
    )  # fmt: skip

    action = carry_out(make_run(server, call=call, schema=schema, parameters=parameters))

    assert json.loads(server.seen[0].body) == {"word": "s3cret"}
    assert "k3y" in server.seen[0].path
    assert action.sent["body"] == {"word": "•••"}
    assert "k3y" not in action.sent["url"]
    assert "Sent POST" in " ".join(lines(action))
    assert "k3y" not in " ".join(lines(action))
