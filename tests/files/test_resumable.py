"""Uploads that come in parts: whole and identical, or not there."""

import hashlib
import io
import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from ouro_web.assets.placement import Placement
from ouro_web.files import fetching, resumable, storage, uploads
from ouro_web.files.models import File, Upload
from ouro_web.lib import tus
from tests.raw_server import raw_server, response

BYTES = bytes(range(256)) * 40
HALF = len(BYTES) // 2
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def upload(alice):
    return resumable.begin(alice, filename="all.bin", length=len(BYTES))


def send(upload, content, **more):
    resumable.append(upload, [content], offset=upload.arrived, **more)


def stored(upload):
    upload.refresh_from_db()
    with storage.open_file(upload) as content:
        return content.read()


def test_parts_make_the_whole(upload):
    send(upload, BYTES[:HALF])
    assert not upload.blob
    send(upload, BYTES[HALF:])
    assert stored(upload) == BYTES
    assert upload.sha256 == hashlib.sha256(BYTES).hexdigest()
    assert not resumable.part_of(upload).exists()


def test_parts_that_another_process_took_count_too(upload):
    """It worked out the checksum of its part and is gone."""
    send(upload, BYTES[:HALF])
    resumable._digests.known.clear()
    send(upload, BYTES[HALF:])
    assert upload.sha256 == hashlib.sha256(BYTES).hexdigest()


@pytest.mark.parametrize("offset", [0, HALF - 1, HALF + 1, len(BYTES)])
def test_a_part_must_begin_where_the_last_one_ended(upload, offset):
    send(upload, BYTES[:HALF])
    with pytest.raises(resumable.OffsetError):
        resumable.append(upload, [b"x"], offset=offset)
    send(upload, BYTES[HALF:])
    assert stored(upload) == BYTES


def test_a_damaged_part_is_dropped(upload):
    right = tus.Checksum("sha256", hashlib.sha256(BYTES).digest())
    with pytest.raises(resumable.ChecksumError):
        send(upload, BYTES[:-1] + b"x", checksum=right)
    send(upload, BYTES, checksum=right)
    assert stored(upload) == BYTES


def broken(content):
    yield content
    raise OSError("the line broke")


@pytest.mark.parametrize("cut", [0, 1, HALF, len(BYTES) - 1])
def test_a_part_that_breaks_off_leaves_what_was_there(upload, cut):
    send(upload, BYTES[:cut])
    with pytest.raises(OSError, match="the line broke"):
        resumable.append(upload, broken(b"?"), offset=cut)
    assert Upload.objects.get().arrived == cut
    send(upload, BYTES[cut:])
    assert stored(upload) == BYTES


def test_more_than_was_announced_is_refused(upload):
    with pytest.raises(ValidationError, match="More bytes"):
        send(upload, BYTES + b"x")
    send(upload, BYTES)
    assert stored(upload) == BYTES


def test_only_one_writes_at_a_time(upload):
    with resumable._locked(upload), pytest.raises(resumable.BusyError):
        send(upload, BYTES)
    send(upload, BYTES)


def test_a_killed_process_between_the_move_and_the_row_is_made_up_for(upload):
    send(upload, BYTES)
    Upload.objects.update(blob="", sha256="", size=0)  # as if it had not come to this
    found = Upload.objects.get()
    resumable.complete(found)
    assert stored(found) == BYTES
    assert found.sha256 == hashlib.sha256(BYTES).hexdigest()


@contextmanager
def disk_that_takes(size):
    """No file of this process can grow beyond this; the system refuses as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_and_heals(upload, alice):
    send(upload, BYTES[:HALF])
    with disk_that_takes(HALF + 100):
        with pytest.raises(ValidationError, match="no room left"):
            send(upload, BYTES[HALF:])
        with pytest.raises(ValidationError, match="no room left"):
            storage.keep("all.bin", io.BytesIO(BYTES))
    send(upload, BYTES[HALF:])
    assert stored(upload) == BYTES


def test_uploads_leave_the_site_the_room_it_needs(alice, settings):
    settings.KEEP_FREE_DISK = 1 << 60
    with pytest.raises(ValidationError, match="no room left"):
        resumable.begin(alice, filename="b", length=1)
    settings.KEEP_FREE_DISK = 0
    resumable.begin(alice, filename="b", length=1)


def test_bytes_that_are_lost_are_asked_for_again(upload):
    send(upload, BYTES[:HALF])
    resumable.part_of(upload).unlink()
    with pytest.raises(resumable.OffsetError):
        send(upload, BYTES[HALF:])
    upload.refresh_from_db()
    send(upload, BYTES)
    assert stored(upload) == BYTES


def test_what_nobody_finished_is_forgotten_with_its_bytes(upload):
    send(upload, BYTES[:HALF])
    part = resumable.part_of(upload)
    Upload.objects.update(created_at=upload.created_at - uploads.KEPT * 2)
    uploads.forget_old()
    assert not part.exists()
    assert not Upload.objects.exists()


def test_an_upload_becomes_a_file_of_its_id(upload, alice):
    send(upload, BYTES)
    file = uploads.make_file(Placement.for_person(alice), upload, name="")
    assert file.pk == upload.pk
    assert not Upload.objects.exists()
    with storage.open_file(file) as content:
        assert content.read() == BYTES


def test_the_same_bytes_are_found_where_they_may_be_read(upload, alice, carol, make_file):
    send(upload, BYTES)
    assert uploads.twins(alice, [upload]) == {}
    file = make_file("same.bin", BYTES)
    assert uploads.twins(alice, [upload]) == {upload.pk: file}
    assert uploads.twins(carol, [upload]) == {}
    assert File.objects.count() == 1


# From an address


@pytest.fixture
def fetched(alice, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]

    def fetch(answer):
        with raw_server(answer) as server:
            upload = fetching.begin(alice, address=server.url("/data/run%201.csv?x=1"))
            fetching.fetch(upload.pk)
        upload.refresh_from_db()
        return upload

    return fetch


def test_a_file_comes_from_an_address(fetched):
    upload = fetched(lambda seen, connection: connection.sendall(response(BYTES)))
    assert (upload.filename, upload.problem) == ("run 1.csv", "")
    assert stored(upload) == BYTES


def test_an_address_that_does_not_answer_well_is_said(fetched):
    upload = fetched(lambda seen, connection: connection.sendall(response(b"", status="404 Not")))
    assert "404" in upload.problem
    assert not upload.blob


def test_the_guard_stands_before_every_address(alice, settings):
    settings.ALLOWED_PRIVATE_HOSTS = []
    with pytest.raises(ValidationError):
        fetching.begin(alice, address="http://127.0.0.1:5432/")
    with pytest.raises(ValidationError):
        fetching.begin(alice, address="file:///etc/passwd")
    assert not Upload.objects.exists()


# Killed

KILLS = 12
UPLOADER = """
import os, sys, django
django.setup()
from django.db import connection
from ouro_web.accounts.models import User
from ouro_web.files import resumable
from ouro_web.files.models import Upload
with connection.schema_editor() as tables:
    for model in (User, Upload):  # all migrations would take longer than the test
        tables.create_model(model)
parts, size = int(sys.argv[1]), int(sys.argv[2])
owner = User.objects.create_user("alice", "a@example.org", "x")
upload = resumable.begin(owner, filename="all.bin", length=parts * size)
connection.close()
kills = 0
while True:
    ready, tell = os.pipe()
    child = os.fork()
    if not child:
        os.close(ready)
        resumable._digests.known.clear()
        upload = Upload.objects.get()
        resumable.complete(upload)
        os.write(tell, b"begun")
        while upload.arrived < upload.length:
            number = upload.arrived // size
            pieces = (bytes([number]) * (size // 64) for _ in range(64))
            resumable.append(upload, pieces, offset=upload.arrived)
        os._exit(0)
    os.close(tell)
    os.read(ready, 5)
    if kills < int(sys.argv[3]):
        # Later each time, by so much that every stage is met: writing, syncing, the row, the move.
        import time
        time.sleep(0.0011 * (kills % 6))
        os.kill(child, 9)
        kills += 1
    done = os.waitpid(child, 0)[1]
    os.close(ready)
    found = Upload.objects.get()
    connection.close()
    assert found.arrived % size == 0
    if done == 0:
        print(kills, found.arrived, found.sha256)
        break
"""


def test_kills_at_any_point_lose_at_most_a_part(tmp_path):
    """Hundred parts of 64 kB; killed early and late in the taking of one."""
    environment = {**os.environ, "OURO_DATA_DIR": str(tmp_path), "DATABASE_URL": ""}
    environment["DJANGO_SETTINGS_MODULE"] = "ouro_web.settings"
    parts, size = 100, 1 << 16
    command = [sys.executable, "-W", "ignore", "-c", UPLOADER, str(parts), str(size), str(KILLS)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    whole = b"".join(bytes([number]) * size for number in range(parts))
    kills, arrived, sha256 = done.stdout.split()
    assert int(kills) == KILLS
    assert int(arrived) == len(whole)
    assert sha256 == hashlib.sha256(whole).hexdigest()
