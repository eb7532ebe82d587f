"""A worker that is killed while a webhook's receiver works: another one calls it again."""

import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

from tests.actions.site import ROOT, Site, wait_for
from tests.raw_server import raw_server, response

SET_UP = """
import sys

import django

django.setup()
from ouro_web.accounts.models import User
from ouro_web.notifications import hooking

alice = User.objects.create_user("alice", "a@example.org", "x")
webhook, _ = hooking.create(alice, url=sys.argv[1], events=[])
hooking.test(webhook)
"""


def rows(site, sql):
    with closing(sqlite3.connect(site.folder / "app.db", timeout=30)) as database, database:
        return database.execute(sql).fetchall()


def test_what_a_killed_worker_was_sending_is_sent_again_under_its_name(tmp_path, prepared):
    site, over = Site(prepared(tmp_path)), threading.Event()

    def slow_at_first(seen, connection):
        if len(server.seen) == 1:
            over.wait()
        connection.sendall(response(b"{}"))

    with raw_server(slow_at_first) as server:
        subprocess.run(
            [sys.executable, "-c", SET_UP, server.url("/hook")],
            cwd=ROOT, env=site.environment, check=True,
        )  # fmt: skip
        with site.worker():  # killed at the end of this
            wait_for(lambda: bool(server.seen), "the first call")
        over.set()
        assert rows(site, "SELECT status, tries FROM notifications_delivery") == [("waiting", 0)]
        assert rows(site, "SELECT * FROM notifications_attempt") == []
        # The minute for which it was held goes by.
        rows(site, "UPDATE notifications_delivery SET held_until = '2000-01-01 00:00:00'")
        with site.worker():
            delivered = "SELECT tries FROM notifications_delivery WHERE status = 'delivered'"
            wait_for(lambda: bool(rows(site, delivered)), "the second call")
    assert rows(site, delivered) == [(1,)]
    assert rows(site, "SELECT number, status FROM notifications_attempt") == [(1, 200)]
    names = [{key.lower(): value for key, value in each.headers.items()} for each in server.seen]
    assert len({each["webhook-id"] for each in names}) == 1
    assert [json.loads(each.body)["event"] for each in server.seen] == ["test", "test"]
