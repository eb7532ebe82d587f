"""Uploading through the page: the tus protocol, what is here already, and the page's script."""

import base64
import hashlib
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from ouro_web.files import fetching, storage
from ouro_web.files.models import File, Upload
from tests.chromium import chromium
from tests.raw_server import answering, raw_server, response

BYTES = b"0123456789" * 100
TUS = {"Tus-Resumable": "1.0.0"}


def begin(client, name="données.csv", **headers):
    told = f"filename {base64.b64encode(name.encode()).decode()}"
    sent = {**TUS, "Upload-Length": str(len(BYTES)), "Upload-Metadata": told, **headers}
    return client.post("/files/uploads", headers=sent)


def patch(client, address, content, offset, **headers):
    sent = {**TUS, "Upload-Offset": str(offset), **headers}
    kind = "application/offset+octet-stream"
    return client.patch(address, content, content_type=kind, headers=sent)


def test_the_server_says_what_it_can(signed_in, alice):
    answer = signed_in(alice).options("/files/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert {"creation", "checksum", "termination"} <= set(
        answer.headers["Tus-Extension"].split(",")
    )


def test_an_upload_goes_on_where_it_was_cut_and_becomes_a_file(signed_in, alice):
    client = signed_in(alice)
    made = begin(client)
    address = made.headers["Location"]
    assert (made.status_code, "Upload-Expires" in made.headers) == (201, True)
    first = patch(client, address, BYTES[:300], 0)
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "300")
    assert patch(client, address, BYTES, 0).status_code == 409
    there = client.head(address, headers=TUS)
    assert there.headers["Upload-Offset"] == "300"
    assert there.headers["Upload-Length"] == str(len(BYTES))
    assert "no-store" in there.headers["Cache-Control"]
    digest = base64.b64encode(hashlib.sha256(BYTES[300:]).digest()).decode()
    wrong = patch(client, address, BYTES[300:-1] + b"x", 300, Upload_Checksum=f"sha256 {digest}")
    assert wrong.status_code == 460
    right = patch(client, address, BYTES[300:], 300, Upload_Checksum=f"sha256 {digest}")
    assert right.status_code == 204
    pk = address.rpartition("/")[2]
    data = {"upload": pk, "visibility": "private"}
    client.post("/files/new", data, headers={"Accept": "application/json"})
    file = File.objects.get(pk=pk)
    assert (file.filename, file.sha256) == ("données.csv", hashlib.sha256(BYTES).hexdigest())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": "many"}, 400),
        ({"Upload-Length": "0"}, 413),
        ({"Upload-Length": str(1 << 50)}, 413),
        ({"Upload-Metadata": "filename €"}, 400),
    ],
)
def test_a_wrong_beginning_is_refused(signed_in, alice, headers, status):
    answer = begin(signed_in(alice), **headers)
    assert answer.status_code == status
    assert answer.content
    assert not Upload.objects.exists()


def test_a_wrong_part_is_refused(signed_in, alice):
    client = signed_in(alice)
    address = begin(client).headers["Location"]
    assert patch(client, address, b"x", "-1").status_code == 400
    assert patch(client, address, b"x", 0, Upload_Checksum="crc 00").status_code == 400
    assert client.patch(address, b"x", headers={**TUS, "Upload-Offset": "0"}).status_code == 415


def test_an_upload_is_its_owners(signed_in, alice, client, carol):
    address = begin(signed_in(alice)).headers["Location"]
    client.force_login(carol)
    assert client.head(address, headers=TUS).status_code == 404
    assert patch(client, address, b"x", 0).status_code == 404
    pk = address.rpartition("/")[2]
    assert client.post("/files/new", {"upload": pk, "visibility": "private"}).status_code == 422


def test_an_upload_can_be_taken_back(signed_in, alice):
    client = signed_in(alice)
    address = begin(client).headers["Location"]
    assert client.delete(address, headers=TUS).status_code == 204
    assert client.head(address, headers=TUS).status_code == 404


def upload(client, content, **fields):
    sent = {"file": SimpleUploadedFile("same.txt", content)} if content else {}
    return client.post("/files/new", {"visibility": "private", **sent, **fields})


def test_what_is_here_already_is_offered_and_stored_again_only_on_request(
    signed_in, alice, make_file
):
    client = signed_in(alice)
    there = make_file("first.txt", "the same words")
    page = upload(client, b"the same words")
    assert page.status_code == 409
    assert there.get_absolute_url() in page.content.decode()
    assert File.objects.count() == 1
    [pk] = re.findall(r'name="upload" value="([^"]+)"', page.content.decode())
    assert upload(client, b"", upload=pk, again="on").status_code == 302
    assert File.objects.count() == 2


def test_what_came_is_kept_when_the_rest_of_the_form_is_wrong(signed_in, alice, alloys):
    page = upload(signed_in(alice), b"many words", visibility="nobody").content.decode()
    assert "same.txt" in page
    assert str(Upload.objects.get().pk) in page


def test_a_file_from_an_address_is_made_in_two_steps(signed_in, alice, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    client = signed_in(alice)
    with raw_server(answering(response(b"a,b\n1,2\n"))) as server:
        answer = upload(client, b"", address=server.url("/rows.csv"))
        assert "so far" in client.get(answer.url).content.decode()
        fetching.fetch(Upload.objects.get().pk)
    page = client.get(answer.url).content.decode()
    [pk] = re.findall(r'name="upload" value="([^"]+)"', page)
    upload(client, b"", upload=pk)
    assert File.objects.get().filename == "rows.csv"


def test_an_address_that_failed_can_be_tried_again(signed_in, alice, settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    client = signed_in(alice)
    with raw_server(answering(response(b"", status="500 No"))) as server:
        answer = upload(client, b"", address=server.url("/rows.csv"))
        pk = Upload.objects.get().pk
        fetching.fetch(pk)
    page = client.get(answer.url).content.decode()
    assert "Try again" in page
    assert "500" in page
    assert client.post(f"/files/uploads/{pk}/again").url == answer.url
    assert not Upload.objects.get().problem


def test_an_address_within_is_refused_at_its_field(signed_in, alice):
    page = upload(signed_in(alice), b"", address="http://127.0.0.1/secret")
    assert page.status_code == 422
    assert 'id="id_address_error"' in page.content.decode()


def test_the_page_uploads_many_and_offers_what_is_here(
    live_server, signed_in, alice, make_file, settings, tmp_path
):
    """In a real browser: three files, one of which is here, in parts and with progress."""
    settings.PUBLIC_URL = live_server.url
    make_file("here.txt", "here already")
    cookie = signed_in(alice).cookies["ouro_session"].value
    large = bytes(range(256)) * 40_000  # more than one part
    sent = {"a.txt": b"words", "twin.txt": b"here already", "large.bin": large}
    paths = [tmp_path / name for name in sent]
    for path in paths:
        path.write_bytes(sent[path.name])
    with chromium() as browser:
        context = browser.new_context(base_url=live_server.url)
        context.add_cookies([{"name": "ouro_session", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto("/files/new")
        page.locator("input[name=file]").set_input_files(paths)
        page.get_by_role("button", name="Upload", exact=True).click()
        expect(page.get_by_role("link", name="large.bin")).to_be_visible(timeout=60_000)
        expect(page.get_by_role("link", name="a.txt")).to_be_visible(timeout=60_000)
        page.get_by_role("button", name="Store another copy").click()
        expect(page.get_by_role("link", name="twin.txt")).to_be_visible(timeout=60_000)
    assert not problems
    names = set(File.objects.values_list("filename", flat=True))
    assert names == {"here.txt", "a.txt", "twin.txt", "large.bin"}
    with storage.open_file(File.objects.get(filename="large.bin")) as content:
        assert content.read() == large
