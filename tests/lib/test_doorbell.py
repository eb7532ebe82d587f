import queue
import socket
import tempfile
from pathlib import Path

import pytest

from ouro_web.lib import doorbell

PATIENCE = 120


@pytest.fixture
def place():
    """A short path: a socket's may have a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="ouro-") as folder:
        yield Path(folder) / "bell"


def test_what_is_rung_is_taken(place):
    taken: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    doorbell.answer(place, taken.put)
    assert doorbell.ring(place, b"one")
    assert doorbell.ring(place, b"two")
    assert [taken.get(timeout=PATIENCE), taken.get(timeout=PATIENCE)] == [b"one", b"two"]


def test_nobody_there_is_said_at_once(place):
    assert not doorbell.ring(place, b"one")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
        dead.bind(str(place))
    assert not doorbell.ring(place, b"one")


def test_the_socket_of_one_who_died_is_taken_over(place):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
        dead.bind(str(place))
    taken: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    doorbell.answer(place, taken.put)
    assert doorbell.ring(place, b"one")
    assert taken.get(timeout=PATIENCE) == b"one"


def test_whoever_finds_it_full_is_not_kept_waiting(place):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as busy:
        busy.bind(str(place))
        while doorbell.ring(place, b"x" * 1000):
            pass
        assert not doorbell.ring(place, b"one more")


def test_whoever_closes_is_not_rung_again_and_leaves_the_next_one_alone(place):
    taken: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    close = doorbell.answer(place, taken.put)
    close()
    assert not doorbell.ring(place, b"one")
    doorbell.answer(place, taken.put)
    close()
    assert doorbell.ring(place, b"two")
    assert taken.get(timeout=PATIENCE) == b"two"


def test_what_cannot_be_taken_is_said_and_the_next_is_taken(place, caplog):
    taken: queue.SimpleQueue[int] = queue.SimpleQueue()
    doorbell.answer(place, lambda said: taken.put(int(said)))
    assert doorbell.ring(place, b"no number")
    assert doorbell.ring(place, b"2")
    assert taken.get(timeout=PATIENCE) == 2
    assert "could not be taken" in caplog.text


def test_a_path_that_is_too_long_leaves_the_other_way(place):
    long = place.parent / ("x" * 200)
    doorbell.answer(long, print)
    assert not doorbell.ring(long, b"one")
