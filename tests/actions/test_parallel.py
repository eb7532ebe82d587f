"""Many at once, against a real server and a real worker: what happens must happen once."""

import http.client
import json
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.actions.site import PATIENCE, Site, wait_for
from tests.ports import free_port
from tests.raw_server import raw_server, response


@pytest.fixture
def site(tmp_path, prepared):
    return Site(prepared(tmp_path), public_url=f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def web(site):
    command = ["-m", "uvicorn", "ouro_web.asgi:application", "--port", str(site.port)]
    with site.running("web.log", [sys.executable, *command]):
        yield


def call_back(seen):
    """What the service sends, to the address and with the token that came with the request."""
    address = seen.headers["ouro-webhook-url"].removeprefix("http://")
    host, _, path = address.partition("/")
    body = {"status": "completed", "response": {"post": {"name": "Once", "content": "Only once."}}}
    connection = http.client.HTTPConnection(host, timeout=PATIENCE)
    headers = {
        "ouro-webhook-token": seen.headers["ouro-webhook-token"],
        "Content-Type": "application/json",
    }
    connection.request("POST", f"/{path}", json.dumps(body), headers)
    answered = connection.getresponse()
    result = answered.status, json.loads(answered.read())["ignored"]
    connection.close()
    return result


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_fifty_callbacks_at_once_make_one_set_of_outputs(site, web):
    called = threading.Event()

    def accept(_, connection):
        connection.sendall(response(b"{}", status="202 Accepted"))
        called.set()

    with raw_server(accept) as server, ThreadPoolExecutor(50) as callers:
        site.do("start", f"{server.url('')} 1")
        with site.worker():
            assert called.wait(PATIENCE)
            wait_for(lambda: answers(site.port), "the site to be up")
            answered = list(callers.map(call_back, server.seen * 50))
            states = site.do("settle")
    assert {status for status, _ in answered} == {200}
    assert sum(not ignored for _, ignored in answered) == 1
    assert [(state["status"], state["outputs"], state["posts"]) for state in states] == [
        ("success", 1, 1)
    ]
