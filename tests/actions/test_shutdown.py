"""A server of pages that is stopped while programs wait for the runs it carries out."""

import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from ouro_web.web import serving
from tests.actions.site import PATIENCE, Site, wait_for
from tests.ports import free_port
from tests.raw_server import raw_server, response


@pytest.fixture(scope="module")
def may_answer():
    """The upstream answers no call before this is set."""
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture(scope="module")
def stop(tmp_path_factory, prepared, may_answer):
    """stop(methods, grace=, then=): what callers are answered whose server is stopped when their
    calls are out, and how each of the runs is afterwards."""

    def behave(_, connection):
        may_answer.wait(PATIENCE)
        connection.sendall(response(b'{"ok": true}', headers="Content-Type: application/json\r\n"))

    port = free_port()
    folder = prepared(tmp_path_factory.mktemp("site"))
    site = Site(folder, public_url=f"http://127.0.0.1:{port}")
    command = serving.server_command(serving.SITE, "127.0.0.1", port)
    with raw_server(behave) as server, ThreadPoolExecutor() as callers:
        known = site.do("access", server.url(""))

        def ask(method):
            with httpx.Client(
                base_url=site.public_url, timeout=PATIENCE, trust_env=False
            ) as client:
                return client.post(
                    known[method],
                    json={"config": {"body": {}}},
                    headers={"Authorization": known["key"]},
                )

        def stop(methods, *, grace, then):
            command[command.index("--timeout-graceful-shutdown") + 1] = str(grace)
            enough = len(server.seen) + len(methods)
            with site.running("web.log", command) as web:
                wait_for(lambda: answers(port), "the site to be up")
                asked = [callers.submit(ask, method) for method in methods]
                wait_for(lambda: len(server.seen) == enough, "the calls")
                web.send_signal(signal.SIGTERM)
                then()
                answered = [one.result() for one in asked]
                web.wait(PATIENCE)
            states = {state["id"]: state for state in site.do("tell")}
            runs = [states[each.json()["action"]["id"]] for each in answered]
            return [each.status_code for each in answered], runs

        yield stop
        may_answer.set()


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_rest_is_handed_over_and_the_callers_are_told_to_look_later(stop, may_answer):
    may_answer.clear()
    statuses, (post, put) = stop(["POST", "PUT"], grace=1, then=lambda: None)
    assert statuses == [202, 202]
    assert (post["status"], post["code"]) == ("error", "outcome_unknown")
    assert put["status"] == "queued"


def test_a_call_that_ends_in_time_is_answered(stop, may_answer):
    may_answer.clear()
    statuses, (run,) = stop(["POST"], grace=serving.GRACE, then=may_answer.set)
    assert statuses == [200]
    assert run["status"] == "success"
