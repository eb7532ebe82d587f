"""Runs against real servers on loopback, carried out in the test's own thread."""

import asyncio
import concurrent.futures
import json
import queue
import threading
from contextlib import ExitStack
from typing import Any

import pytest

from ouro_web.actions import engine, ledger, run
from ouro_web.actions.call import Call
from ouro_web.lib import guard
from ouro_web.lib.upstream import Client
from tests.raw_server import raw_server, response

OWNER = "worker:1:test"


class Loop:
    """A loop of its own, as in the worker; what touches the database runs in the test's thread,
    where its transaction is."""

    def __init__(self):
        self._errands: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def run(self, work):
        done = []
        thread = threading.Thread(target=lambda: done.append(self._run(work)))
        thread.start()
        while (errand := self._errands.get()) is not None:
            errand()
        thread.join()
        if done[0]:
            raise done[0]

    async def errand(self, function, *args, **kwargs):
        result: concurrent.futures.Future[Any] = concurrent.futures.Future()

        def carry():
            try:
                result.set_result(function(*args, **kwargs))
            except Exception as error:  # noqa: BLE001 - it is raised where it is awaited
                result.set_exception(error)

        self._errands.put(carry)
        return await asyncio.wrap_future(result)

    def _run(self, work):
        try:
            asyncio.run(work(self.errand))
        except Exception as error:  # noqa: BLE001 - it is raised in the test's thread
            return error
        finally:
            self._errands.put(None)


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(engine, "PAUSES", (0, 0, 0))


@pytest.fixture
def carry_out(settings):
    """What a worker does with an id: carry_out(action) -> the action as it is afterwards."""

    def carry(action, owner=OWNER):
        async def execute(errand):
            policy = guard.Policy.allowing(settings.ALLOWED_PRIVATE_HOSTS)
            async with Client(policy) as client:
                await engine.execute(action.pk, engine.Workplace(owner, client, errand, errand))

        Loop().run(execute)
        action.refresh_from_db()
        return action

    return carry


@pytest.fixture
def serve():
    """A server that behaves as given, until the end of the test."""
    with ExitStack() as stack:
        yield lambda behaviour: stack.enter_context(raw_server(behaviour))


@pytest.fixture
def make_run(alice, make_service, make_route):
    """A queued run of a route of this server."""

    def make(server, body=None, *, user=None, call=None, service=None, **route):
        service = service or make_service(
            base_url=server.url("/api") if server else "http://x.example"
        )
        schema = route.pop("schema", {"type": "object"})
        made = make_route(service=service, body=schema, **route)
        call = call or Call(body=body or {}, has_body=True, content_type="application/json")
        return run.start(made, user or alice, call)

    return make


def answer(value, *, status="200 OK", headers=""):
    """A behaviour: this JSON."""
    data = response(
        json.dumps(value).encode(),
        status=status,
        headers=f"Content-Type: application/json\r\n{headers}",
    )
    return lambda _, connection: connection.sendall(data)


def claimed(action, owner=OWNER):
    """The claim of a process on a queued run."""
    held = ledger.claim(action.pk, owner)
    assert held is not None
    return held


def lines(action):
    return [line.message for line in action.logs.all()]
