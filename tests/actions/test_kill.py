"""Workers that are killed in the middle of calls: no run stays unfinished, no POST is repeated."""

import signal
import socket
import threading
from collections import Counter
from contextlib import closing

import pytest

from tests.actions.site import PATIENCE, Site, wait_for
from tests.conftest import absent
from tests.raw_server import raw_server, response

REDIS = "redis://127.0.0.1:6379/9"
RUNS = 30


def is_up(port):
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def slowly(seen, connection):
    threading.Event().wait(0.4)
    body = b'{"post": {"name": "Done", "content": "It is done."}}'
    connection.sendall(response(body, headers="Content-Type: application/json\r\n"))


@pytest.fixture
def redis():
    if not is_up(6379):
        absent("Redis at 127.0.0.1:6379")
    return REDIS


def kill_and_check(site, *, kills=2):
    with raw_server(slowly) as server:
        site.do("start", f"{server.url('')} {RUNS}")
        for _ in range(kills):
            enough = called(server, len(server.seen) + 8)
            with site.worker():  # killed at the end of this
                wait_for(enough, "calls")
        with site.worker() as worker:
            states = site.do("settle")
            stop(site, worker)
    check(states, server.seen)


def called(server, times):
    return lambda: len(server.seen) >= times


def stop(site, worker):
    wait_for(lambda: "Carrying out runs" in site.log, "the worker to be up")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0, site.log


def check(states, seen):
    calls = Counter((call.method, call.headers["ouro-action-id"]) for call in seen)
    assert len(states) == RUNS
    assert all(count == 1 for (method, _), count in calls.items() if method == "POST")
    for state in states:
        if state["method"] == "POST":
            assert state["status"] == "success" or state["code"] == "outcome_unknown"
        else:
            assert state["status"] == "success" or state["code"] == "gave_up"
        assert state["outputs"] == (1 if state["status"] == "success" else 0)
    assert any(state["code"] == "outcome_unknown" for state in states)


def test_killed_workers_leave_nothing_behind_on_sqlite(tmp_path, prepared):
    kill_and_check(Site(prepared(tmp_path)))


def test_killed_workers_leave_nothing_behind_on_postgresql(tmp_path, postgres):
    kill_and_check(Site(tmp_path, database_url=postgres, tasks_url=postgres))


def test_killed_workers_leave_nothing_behind_with_the_queue_in_redis(tmp_path, prepared, redis):
    kill_and_check(Site(prepared(tmp_path), tasks_url=redis), kills=1)


def test_a_worker_that_is_asked_to_stop_lets_its_calls_end(tmp_path, prepared):
    site = Site(prepared(tmp_path))
    with raw_server(slowly) as server:
        site.do("start", f"{server.url('')} 4")
        with site.worker() as worker:
            wait_for(called(server, 4), "the calls")
            stop(site, worker)
    assert [state["status"] for state in site.do("tell")] == ["success"] * 4
