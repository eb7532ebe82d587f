"""Keeping bytes: streamed, checked, complete or not there at all."""

import hashlib
import io
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from ouro_web.assets import blobs
from ouro_web.assets.deleting import delete
from ouro_web.files.models import File
from ouro_web.files.storage import open_file, store


def folder() -> Path:
    return Path(default_storage.path(""))


def stored_files():
    return [path for path in folder().rglob("*") if path.is_file()]


def test_a_stored_file_is_what_was_sent(make_file):
    file = make_file("digits.bin", b"0123456789")
    with open_file(file) as content:
        assert content.read() == b"0123456789"
    assert file.size == 10
    assert file.sha256 == hashlib.sha256(b"0123456789").hexdigest()
    assert file.name == file.filename == "digits.bin"
    assert [path.relative_to(folder()) for path in stored_files()] == [Path(file.blob)]


def test_the_stored_name_is_ours(make_file):
    file = make_file("../../evil.html", b"<p>")
    assert "evil" not in file.blob
    assert file.blob.count("/") == 2


def test_content_is_taken_in_pieces(place, alice):
    """Never whole in memory: no piece is asked for before the one before it is written."""
    taken = []

    def pieces():
        for number in range(50):
            taken.append(number)
            yield bytes(blobs.CHUNK)

    file = store(place(alice), filename="large.bin", content=pieces())
    assert file.size == 50 * blobs.CHUNK
    assert len(taken) == 50


def test_too_much_is_refused_and_leaves_nothing(place, alice, settings):
    settings.MAX_UPLOAD = 1000
    asked = []

    def endless():
        while True:
            asked.append(1)
            yield b"x" * 400

    with pytest.raises(ValidationError) as refused:
        store(place(alice), filename="endless.bin", content=endless())
    assert "larger than" in refused.value.message_dict["file"][0]
    assert len(asked) < 20
    assert stored_files() == []
    assert not File.objects.exists()


def test_an_empty_file_is_refused_and_leaves_nothing(place, alice):
    with pytest.raises(ValidationError):
        store(place(alice), filename="empty.txt", content=io.BytesIO())
    assert stored_files() == []


def test_a_sender_that_breaks_off_leaves_nothing(place, alice):
    def broken():
        yield b"the beginning" * 1000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store(place(alice), filename="half.bin", content=broken())
    assert stored_files() == []
    assert not File.objects.exists()


def test_two_files_of_one_name_have_two_addresses(make_file):
    first, second = make_file("a.cif"), make_file("a.cif")
    assert first.get_absolute_url() != second.get_absolute_url()
    assert first.blob != second.blob


def test_the_sender_does_not_decide_the_type(place, alice):
    file = store(
        place(alice), filename="x.png", content=io.BytesIO(b"<svg>"), media_type="image/png"
    )
    assert file.media_type == "text/plain"


def test_a_picture_bomb_is_not_unpacked(make_file):
    """The header promises 60,000 by 60,000 pixels; it is read and believed, nothing more."""
    header = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + (60_000).to_bytes(4) * 2
    file = make_file("bomb.png", header + bytes.fromhex("0802000000") + bytes(60))
    assert file.facts in ({}, {"too_large": True, "width": 60_000, "height": 60_000})


def test_deleting_a_file_deletes_its_bytes(make_file, django_capture_on_commit_callbacks):
    file = make_file()
    with django_capture_on_commit_callbacks(execute=True):
        delete(file)
    assert stored_files() == []
    assert not File.objects.exists()
