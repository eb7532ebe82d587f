"""Files and datasets in an S3-compatible store: a real server on loopback, not a stand-in."""

import hashlib
import io
import logging
import random
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any, cast
from urllib.parse import urlsplit

import boto3
import pytest
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from ouro_web.accounts import keys
from ouro_web.assets import blobs, deleting, elsewhere
from ouro_web.assets.placement import Placement
from ouro_web.datasets import tables
from ouro_web.files import direct, resumable, storage, uploads
from ouro_web.files.models import File, Upload
from ouro_web.lib.blobs import from_url
from ouro_web.web import condition
from tests.ports import free_port

CSV = b"a,b\n" + b"".join(b"%d,words\n" % number for number in range(60_000))


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    where = f"http://{host}:{port}"
    boto3.client(
        "s3", endpoint_url=where, region_name="us-east-1", aws_access_key_id="key",
        aws_secret_access_key="secret",
    ).create_bucket(Bucket="papers")  # fmt: skip
    yield where
    server.stop()


@pytest.fixture(autouse=True)
def _in_the_store(store, settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    url = f"s3://key:secret@papers/site?endpoint={store}&region=us-east-1"
    settings.STORAGES = {**settings.STORAGES, "default": from_url(url, tmp_path)}


def ask(method: str, url: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """As somebody without credentials would."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    connection.request(method, f"{parts.path}?{parts.query}", body=body or None)
    response = connection.getresponse()
    found = response.status, dict(response.getheaders()), response.read()
    connection.close()
    return found


def content(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_file_is_kept_read_in_parts_and_handed_out_by_the_store_itself(
    signed_in, alice, carol, make_file
):
    file = make_file("rows.csv", CSV)
    client = signed_in(alice)

    assert ">59999<" not in (page := client.get(file.get_absolute_url()).content.decode())
    assert "The first" in page
    part = client.get(f"/files/{file.pk}/content", headers={"Range": "bytes=2-6"})
    assert (part.status_code, content(part)) == (206, CSV[2:7])
    handed = client.get(f"/files/{file.pk}/download")
    assert handed.status_code == 302
    status, headers, body = ask("GET", handed.url)
    assert (status, body) == (200, CSV)
    assert headers["Content-Disposition"] == 'attachment; filename="rows.csv"'
    assert "X-Amz-Expires=60&" in handed.url
    assert "secret" not in handed.url

    client.force_login(carol)
    assert client.get(f"/files/{file.pk}/download").status_code == 404


def test_what_is_read_of_a_large_file_is_not_all_of_it(make_file):
    file = make_file("rows.csv", CSV)
    with blobs.open_blob(file.blob) as found:
        assert found.read(5) == CSV[:5]
        found.seek(-6, io.SEEK_END)
        assert found.read() == CSV[-6:]
        found.seek(100)
        assert (found.read(3), found.tell()) == (CSV[100:103], 103)
    with pytest.raises(FileNotFoundError):
        blobs.open_blob("files/none")


def test_a_deleted_file_leaves_nothing_in_the_store(
    alice, signed_in, make_file, django_capture_on_commit_callbacks
):
    file = make_file("a.txt")
    lost = make_file("b.txt", b"others")
    with django_capture_on_commit_callbacks(execute=True):
        deleting.delete(file.asset)
    assert elsewhere.size_of(file.blob) is None
    default_storage.delete(lost.blob)
    client = signed_in(alice)
    assert client.get(f"/files/{lost.pk}/download").status_code == 404
    assert "not in the storage" in client.get(lost.get_absolute_url()).content.decode()


def test_an_upload_in_parts_ends_in_the_store(alice):
    upload = resumable.begin(alice, filename="a.txt", length=8)
    resumable.append(upload, [b"some"], offset=0)
    resumable.append(upload, [b"more"], offset=4)
    with blobs.open_blob(upload.blob) as found:
        assert found.read() == b"somemore"
    assert not uploads.part_path(upload.pk).exists()


def test_bytes_are_sent_to_the_store_and_become_a_file(program, alice):
    ask_api = program(alice)
    reserved = ask_api("POST", "/files/upload-url", {"file_name": "rows.csv"}).json()["data"]
    named = {"upload_id": reserved["upload_id"]}
    early = ask_api("POST", "/files/upload/complete", named)
    assert early.status_code == 400
    assert ask(reserved["method"], reserved["upload_url"], CSV)[0] == 200

    done = ask_api("POST", "/files/upload/complete", named).json()["data"]
    given = {"file": {"id": done["id"], "name": "Rows", "visibility": "private"}}
    assert done["size"] == len(CSV)
    assert ask_api("POST", "/files/create", given).status_code == 200

    # Whoever has the address still changes nothing.
    assert ask("PUT", reserved["upload_url"], b"other bytes")[0] == 200
    file = File.objects.get()
    with blobs.open_blob(file.blob) as found:
        assert blobs.digest_of(found).hexdigest() == file.sha256
    assert file.facts == {}


def sha256(*pieces: bytes) -> bytes:
    return hashlib.sha256(b"".join(pieces)).digest()


LARGE = random.Random(1).randbytes(33_280)  # two parts and a bit, of 16 kB
PARTS = [LARGE[at : at + (1 << 14)] for at in range(0, len(LARGE), 1 << 14)]
DIGEST = sha256(*map(sha256, PARTS)).hex()


@pytest.fixture
def begun(signed_in, alice, monkeypatch):
    """A page's upload in small parts; a store itself asks for five megabytes at least."""
    monkeypatch.setattr(direct, "LEAST", 1 << 14)
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)
    client = signed_in(alice)
    asked = {"filename": "big.bin", "length": len(LARGE)}
    return client, client.post("/files/uploads/direct", asked).json()


def sent(pieces) -> None:
    for one in pieces:
        assert ask("PUT", one["address"], LARGE[one["start"] : one["end"]])[0] == 200


def test_parts_go_to_the_store_itself_and_are_one_file_or_none(begun, signed_in, carol):
    client, state = begun
    spans = [(one["start"], one["end"]) for one in state["next"]]
    assert spans == [(0, 16384), (16384, 32768), (32768, 33280)]
    sent(state["next"][1:])
    early = client.post(state["address"], {"digest": DIGEST})
    assert (early.status_code, early.json()["error"]) == (409, "Not all of the file has come.")
    # After a break, whoever comes back is told what is missing; a part of another size is, too.
    ask("PUT", state["next"][2]["address"], b"short")
    again = client.get(state["address"]).json()
    assert (again["arrived"], [one["start"] for one in again["next"]]) == (16384, [0, 32768])
    assert elsewhere.size_of(uploads.own_key(Upload.objects.get())) is None
    sent(again["next"])
    done = client.post(state["address"], {"digest": DIGEST}).json()
    assert (done["complete"], done["problem"]) == (True, "")
    assert ask("PUT", state["next"][0]["address"], PARTS[1])[0] >= 400

    made = client.post("/files/new", {"upload": done["upload"], "visibility": "private"})
    file = File.objects.get(pk=done["upload"])
    assert made.url == file.get_absolute_url()
    assert (file.size, file.sha256) == (len(LARGE), sha256(LARGE).hex())
    assert content(client.get(f"/files/{file.pk}/content")) == LARGE


def test_parts_that_are_not_what_was_sent_become_no_file(begun, signed_in, carol):
    client, state = begun
    sent(state["next"][1:])
    ask("PUT", state["next"][0]["address"], PARTS[1])
    said = client.post(state["address"], {"digest": DIGEST}).json()
    assert (said["complete"], said["problem"]) == (False, direct.OTHER)
    upload = Upload.objects.get()
    assert elsewhere.size_of(uploads.own_key(upload)) is None
    client.post("/files/new", {"upload": str(upload.pk), "visibility": "private"})
    assert not File.objects.exists()
    assert signed_in(carol).get(state["address"]).status_code == 404


def test_the_worker_looks_at_a_large_one(begun, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(direct, "AT_ONCE", 0)
    client, state = begun
    sent(state["next"])
    with django_capture_on_commit_callbacks() as callbacks:
        said = client.post(state["address"], {"digest": DIGEST}).json()
    assert (len(callbacks), said["complete"], said["joined"], said["next"]) == (1, False, True, [])
    upload = Upload.objects.get()
    for _ in range(2):
        direct.check(upload.pk, DIGEST)
    assert client.get(state["address"]).json()["complete"]


def test_parts_that_are_given_up_leave_nothing_in_the_store(begun):
    client, state = begun
    sent(state["next"])
    upload = Upload.objects.get()
    assert client.delete(state["discard"], headers={"Tus-Resumable": "1.0.0"}).status_code == 204
    assert elsewhere.parts_of(uploads.own_key(upload), upload.multipart) is None
    assert ask("PUT", state["next"][0]["address"], PARTS[0])[0] >= 400
    assert client.get(state["address"]).status_code == 404


def test_room_for_parts_is_refused_in_words(signed_in, alice):
    client = signed_in(alice)
    for length in ("", "0", "x", "99999999999999", "9" * 40):
        asked = {"filename": "a.bin", "length": length}
        refused = client.post("/files/uploads/direct", asked)
        assert refused.status_code in (400, 422)
        assert refused.json()["error"]
    assert not Upload.objects.exists()


def test_pages_that_upload_may_connect_to_the_store_and_no_other(
    signed_in, alice, make_route, store, settings, tmp_path
):
    client = signed_in(alice)
    make_route(input_assets={"structure": {"asset_type": "file"}}, body={"type": "object"})
    for page in ("/files/new", "/routes/lab/relax-structure"):
        answer = client.get(page)
        assert f"connect-src 'self' {store};" in answer.headers["Content-Security-Policy"]
        assert 'data-direct="/files/uploads/direct"' in answer.content.decode()
    assert "connect-src 'self';" in client.get("/files/").headers["Content-Security-Policy"]
    hidden = f"s3://key:secret@papers/site?endpoint={store}&region=us-east-1&public=no"
    settings.STORAGES = {**settings.STORAGES, "default": from_url(hidden, tmp_path)}
    answer = client.get("/files/new")
    assert "connect-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "data-direct" not in answer.content.decode()
    assert client.post("/files/uploads/direct", {"length": "1"}).status_code == 404


def test_the_doctor_says_what_keeps_pages_from_the_store(settings):
    finding = condition.uploads_to_the_store()
    assert "bucket" in finding.problem
    assert settings.PUBLIC_URL in finding.mend
    rule = {"AllowedMethods": ["PUT"], "AllowedOrigins": [settings.PUBLIC_URL]}
    rules = cast(Any, default_storage).connection.Bucket("papers").Cors()
    rules.put(CORSConfiguration={"CORSRules": [rule]})
    assert not condition.uploads_to_the_store().problem
    rules.delete()


def test_what_is_too_large_is_thrown_away(program, alice, settings):
    ask_api = program(alice)
    settings.MAX_UPLOAD = 1000
    reserved = ask_api("POST", "/files/upload-url", {"file_name": "rows.csv"}).json()["data"]
    ask("PUT", reserved["upload_url"], CSV)
    named = {"upload_id": reserved["upload_id"]}
    refused = ask_api("POST", "/files/upload/complete", named)
    assert refused.status_code == 400
    assert "larger than" in refused.json()["error"]["message"]
    found = Upload.objects.get()
    assert elsewhere.size_of(f"incoming/{found.pk.hex}") is None
    assert ask_api("DELETE", "/files/upload", named).status_code == 200


def test_a_dataset_is_written_read_and_its_copy_here_goes_with_it(
    place, alice, django_capture_on_commit_callbacks
):
    dataset = tables.create(place(alice), name="Rows", rows=[{"a": 1}, {"a": 2}])
    assert tables.rows(dataset, limit=5).rows == [[1], [2]]
    copy = blobs._copy(dataset.blob)
    assert copy.exists()
    with django_capture_on_commit_callbacks(execute=True):
        deleting.delete(dataset.asset)
    assert not copy.exists()
    assert elsewhere.size_of(dataset.blob) is None


@pytest.mark.parametrize("public", ["localhost", "no"])
def test_others_may_reach_the_store_elsewhere_or_not_at_all(
    public, store, settings, tmp_path, signed_in, alice, program
):
    others = store.replace("127.0.0.1", public) if public == "localhost" else public
    url = f"s3://key:secret@papers/site?endpoint={store}&region=us-east-1&public={others}"
    settings.STORAGES = {**settings.STORAGES, "default": from_url(url, tmp_path)}
    reserved = program(alice)("POST", "/files/upload-url", {"file_name": "a.txt"}).json()["data"]
    file = storage.store(Placement.for_person(alice), filename="a.txt", content=[b"words"])
    handed = signed_in(alice).get(f"/files/{file.pk}/download")
    if public == "no":
        assert reserved["upload_url"].startswith(settings.PUBLIC_URL)
        assert content(handed) == b"words"
    else:
        assert reserved["upload_url"].startswith("http://localhost:")
        assert ask("PUT", reserved["upload_url"], b"words")[0] == 200
        assert handed.url.startswith("http://localhost:")
        assert ask("GET", handed.url)[2] == b"words"


def test_a_store_that_does_not_answer_is_said_and_asked_again_later(
    signed_in, alice, make_file, make_dataset, settings, tmp_path
):
    """A site whose store has gone: nothing listens where it was."""
    file, dataset = make_file("rows.csv", CSV), make_dataset()
    gone = f"s3://key:secret@papers/site?endpoint=http://127.0.0.1:{free_port()}&region=us-east-1"
    settings.STORAGES = {**settings.STORAGES, "default": from_url(gone, tmp_path)}
    client = signed_in(alice)
    client.raise_request_exception = False
    answer = client.get(f"/files/{file.pk}/content")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "store of files does not answer" in answer.content.decode()
    key = keys.issue(alice, name="tests")[1]
    asked = {"authorization": key}
    answer = client.get(f"/api/datasets/{dataset.pk}/data", headers=asked)
    assert answer.status_code == 503
    assert "store" in answer.json()["error"]["message"]
