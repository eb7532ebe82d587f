"""Other bytes for a file: what was there before stays, as long as it is wanted."""

import io

import pytest
from django.core.exceptions import ValidationError

from ouro_web.actions import inputs
from ouro_web.actions.call import Call
from ouro_web.actions.run import start
from ouro_web.assets import blobs, deleting
from ouro_web.files import storage, versions
from ouro_web.files.models import File, FileVersion


@pytest.fixture
def file(make_file):
    return make_file("notes.txt", "one")


@pytest.fixture
def write(file, alice, django_capture_on_commit_callbacks):
    def write(text):
        with django_capture_on_commit_callbacks(execute=True):
            versions.replace(file, storage.keep("notes.txt", io.BytesIO(text.encode())), by=alice)
        return file

    return write


def words(row):
    with storage.open_file(row) as content:
        return content.read().decode()


def kept(file):
    return {each.version: words(each) for each in file.versions.all()}


def test_replaced_content_is_kept_under_its_number(file, write, alice):
    write("two")
    write("three")
    assert (file.version, words(file)) == (3, "three")
    assert kept(file) == {1: "one", 2: "two"}
    assert file.content_by == alice


def test_the_same_bytes_are_no_new_version(file, write):
    write("one")
    assert file.version == 1
    assert words(file) == "one"


def test_an_earlier_version_becomes_the_newest(file, write, alice):
    write("two")
    versions.restore(file, 1, by=alice)
    assert (file.version, words(file)) == (3, "one")
    assert kept(file) == {1: "one", 2: "two"}
    with pytest.raises(ValidationError, match="not kept"):
        versions.restore(file, 9, by=alice)


def test_only_the_newest_few_are_kept(file, write, alice, settings):
    settings.KEEP_FILE_VERSIONS = 2
    first = file.blob
    for text in ("two", "three", "four"):
        write(text)
    assert kept(file) == {2: "two", 3: "three"}
    with pytest.raises(FileNotFoundError):
        blobs.open_blob(first)


def test_a_restored_version_survives_the_end_of_the_one_it_was(file, write, alice, settings):
    settings.KEEP_FILE_VERSIONS = 1
    write("two")
    versions.restore(file, 1, by=alice)
    write("three")
    write("four")
    assert kept(file) == {4: "three"}
    assert words(file) == "four"


def test_a_run_keeps_the_version_it_was_started_on(file, write, alice, make_route, settings):
    settings.KEEP_FILE_VERSIONS = 0
    declared = {"structure": {"asset_type": "file", "name": "structure"}}
    route = make_route(input_assets=declared)
    action = start(route, alice, Call(input_assets={"structure": file.pk}))
    write("two")
    write("three")
    assert action.links.get().version == 1
    assert kept(file) == {1: "one"}
    sent = inputs.resolve(action, route, Call(input_assets={"structure": file.pk})).body
    [content] = sent.values()
    assert content["sha256"] == FileVersion.objects.get().sha256


def test_deleting_a_file_deletes_every_version(file, write, django_capture_on_commit_callbacks):
    write("two")
    keys = file.blobs
    assert len(keys) == 2
    with django_capture_on_commit_callbacks(execute=True):
        deleting.delete(file)
    assert not File.objects.exists()
    for key in keys:
        with pytest.raises(FileNotFoundError):
            blobs.open_blob(key)
