"""Writers of one SQLite file wait for their turn; nobody is told that it is locked."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from ouro_web.lib import database
from ouro_web.lib.sqlite.base import DatabaseWrapper

HOLD = """
import fcntl, sys, time
turns = open(sys.argv[1], "w")
fcntl.flock(turns, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def path(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    with django_db_blocker.unblock():
        connection = opened(tmp_path / "app.db")
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE notes (writer TEXT)")
        connection.close()
        yield tmp_path / "app.db"


def opened(path: Path) -> DatabaseWrapper:
    """A connection that SQLite itself does not let wait."""
    settings = connections.configure_settings({"default": database.sqlite(path)})["default"]
    settings["OPTIONS"]["timeout"] = 0
    settings["OPTIONS"].pop("cached_statements", None)
    return DatabaseWrapper(settings, "turns")


def write(path: Path, name: str, times: int) -> None:
    connection = opened(path)
    for _ in range(times):
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO notes VALUES (%s)", [name])
        connection.commit()
        connection.set_autocommit(True)
    connection.close()


def count(path: Path) -> int:
    connection = opened(path)
    with connection.cursor() as cursor:
        found = cursor.execute("SELECT count(*) FROM notes").fetchone()[0]
    connection.close()
    return int(found)


def test_many_writers_of_one_file_never_find_it_locked(path: Path):
    writers = [threading.Thread(target=write, args=(path, f"w{at}", 25)) for at in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert count(path) == 8 * 25


def test_the_turn_of_a_killed_process_is_free_at_once(path: Path):
    command = [sys.executable, "-c", HOLD, f"{path}-turns"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        writer = threading.Thread(target=write, args=(path, "after", 1))
        writer.start()
        assert count(path) == 0  # reading needs no turn
        holder.kill()
        writer.join()
    assert count(path) == 1


def test_a_transaction_that_fails_or_is_closed_gives_its_turn_back(path: Path):
    first = opened(path)
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    first.rollback()
    write(path, "rolled back before", 1)
    first.set_autocommit(True)
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    first.close()
    write(path, "closed before", 1)
    assert count(path) == 2
