"""The pages of files, and the bytes they hand out."""

import io
import json

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from ouro_web.files import signatures, storage, versions
from ouro_web.files.models import File
from tests.conftest import shared

CIF = b"""data_cu
_cell_length_a 3.61
_cell_length_b 3.61
_cell_length_c 3.61
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_space_group_name_H-M_alt 'P 1'
loop_
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Cu 0 0 0
Cu 0 0.5 0.5
Cu 0.5 0 0.5
Cu 0.5 0.5 0
"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000030802000000368849d6"
    "0000000c4944415478da6360200f0000002d0001a5d4e0f00000000049454e44ae426082"
)


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


# Uploading


def upload(client, *files, **fields):
    data = {"visibility": "private", "file": list(files), **fields}
    return client.post("/files/new", data)


def test_an_upload_becomes_a_file_with_its_facts(signed_in, alice):
    sent = SimpleUploadedFile("cu.cif", CIF, "application/octet-stream")
    response = upload(signed_in(alice), sent)
    file = File.objects.get()
    assert response.status_code == 302
    assert response.url == "/files/alice/cu-cif"
    assert (file.extension, file.media_type) == ("cif", "chemical/x-cif")
    assert file.facts["structure"]["counts"] == {"Cu": 4.0}
    assert file.owner == alice
    assert file.visibility == "private"


def test_many_files_are_uploaded_at_once(signed_in, alice):
    sent = [SimpleUploadedFile(f"{n}.txt", b"words") for n in range(3)]
    response = upload(signed_in(alice), *sent)
    assert response.url == "/files/"
    assert File.objects.count() == 3


def test_a_script_that_uploads_is_answered_in_json(signed_in, alice):
    data = {"visibility": "public", "file": SimpleUploadedFile("a.txt", b"words")}
    response = signed_in(alice).post("/files/new", data, headers={"Accept": "application/json"})
    assert response.status_code == 201
    [made] = response.json()["files"]
    assert made == {
        "id": str(File.objects.get().pk), "name": "a.txt", "url": "/files/alice/a-txt",
        "extension": "txt", "size": 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ([], "Choose a file."),
        ([("empty.txt", b"")], "The file is empty."),
        ([("large.bin", b"x" * 2000)], "larger than"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_the_input_intact(
    signed_in, alice, settings, sent, words
):
    settings.MAX_UPLOAD = 1000
    files = [SimpleUploadedFile(*each) for each in sent]
    response = upload(signed_in(alice), *files, description="kept words")
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "kept words" in response.content.decode()
    assert not File.objects.exists()


def test_a_stranger_cannot_upload_into_a_team(signed_in, carol, alloys):
    sent = SimpleUploadedFile("a.txt", b"words")
    response = upload(signed_in(carol), sent, team=str(alloys.pk))
    assert response.status_code == 422
    assert not File.objects.exists()


def test_uploading_needs_an_account(client, db):
    assert client.get("/files/new").status_code == 302
    assert upload(client, SimpleUploadedFile("a.txt", b"words")).status_code == 302
    assert not File.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\x.cif", "a\r\nX-Evil: 1.txt", "<img src=x>.txt", "x" * 250],
)
def test_hostile_names_stay_data(signed_in, alice, name):
    client = signed_in(alice)
    file = storage.store(make_placement(alice), filename=name, content=io.BytesIO(b"words"))
    assert "/" not in file.filename
    assert "\\" not in file.filename
    assert file.blob.startswith("files/")
    assert client.get(file.get_absolute_url()).status_code == 200
    response = client.get(f"/files/{file.pk}/download")
    assert "\n" not in response.headers["Content-Disposition"]
    assert "X-Evil" not in response.headers


def make_placement(person):
    from ouro_web.assets.placement import Placement

    return Placement.for_person(person, visibility="private")


# Bytes


def test_a_download_is_an_attachment_that_cannot_act(signed_in, alice, make_file):
    response = signed_in(alice).get(f"/files/{make_file('report.html', '<p>hi').pk}/download")
    assert body(response) == b"<p>hi"
    assert response.headers["Content-Disposition"] == 'attachment; filename="report.html"'
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not response.cookies


@pytest.mark.parametrize(
    ("asked", "status", "part", "where"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=-50", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=5-2", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=0-1", 200, b"0123456789", None),
    ],
)
def test_ranges(signed_in, alice, make_file, asked, status, part, where):
    file = make_file("digits.bin", b"0123456789")
    response = signed_in(alice).get(f"/files/{file.pk}/download", headers={"Range": asked})
    assert response.status_code == status
    assert body(response) == part
    assert response.headers.get("Content-Range") == where


def test_a_range_of_content_that_changed_is_the_whole(signed_in, alice, make_file):
    file = make_file("digits.bin", b"0123456789")
    headers = {"Range": "bytes=0-1", "If-Range": '"something else"'}
    response = signed_in(alice).get(f"/files/{file.pk}/download", headers=headers)
    assert (response.status_code, body(response)) == (200, b"0123456789")


def test_content_that_is_known_is_not_sent_again(signed_in, alice, make_file):
    client, file = signed_in(alice), make_file()
    first = client.get(f"/files/{file.pk}/content")
    again = client.get(
        f"/files/{file.pk}/content", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    assert not again.content


def test_compression_leaves_bytes_alone(signed_in, alice, make_file):
    file = make_file("long.txt", b"words " * 1000)
    headers = {"Accept-Encoding": "gzip"}
    response = signed_in(alice).get(f"/files/{file.pk}/download", headers=headers)
    assert body(response) == b"words " * 1000
    assert response.headers["Content-Length"] == "6000"


def test_a_head_request_sends_no_bytes(signed_in, alice, make_file):
    response = signed_in(alice).head(f"/files/{make_file().pk}/download")
    assert response.status_code == 200
    assert response.headers["Content-Length"] == "6"
    assert body(response) == b""


@pytest.mark.parametrize("address", ["", "/download", "/content"])
def test_a_private_file_is_not_found_by_others(client, carol, make_file, address):
    file = make_file(visibility="private")
    for sign_in in (lambda: None, lambda: client.force_login(carol)):
        sign_in()
        assert client.get(f"/files/{file.pk}{address}").status_code == 404
        assert client.get(file.get_absolute_url()).status_code == 404
        assert client.get(f"{file.get_absolute_url()}/text").status_code == 404


def test_a_paid_file_is_seen_but_not_read(client, make_file, carol):
    file = make_file("secret.txt", b"what it holds", visibility="monetized")
    page = client.get(file.get_absolute_url())
    assert "not read it" in page.content.decode()
    assert "what it holds" not in page.content.decode()
    assert "what it holds" not in client.get(f"{file.get_absolute_url()}/text").content.decode()
    assert client.get(f"/files/{file.pk}/content").status_code == 302
    client.force_login(carol)
    closed = client.get(f"/files/{file.pk}/content")
    assert closed.status_code == 402
    assert "takes no money" in closed.content.decode()


# Signed links


def signed(file, reader, seconds=60):
    return storage.signed_url(file, reader=reader, seconds=seconds).removeprefix(
        settings.PUBLIC_URL
    )


def test_a_signed_link_needs_no_session(client, make_file, alice):
    file = make_file("a.cif", CIF, visibility="private")
    assert storage.signed_url(file, reader=alice, seconds=60).startswith(settings.PUBLIC_URL)
    response = client.get(signed(file, alice))
    assert body(response) == CIF
    assert response.headers["Content-Disposition"] == 'attachment; filename="a.cif"'


def test_every_changed_character_of_a_signature_opens_nothing(client, make_file, alice):
    token = signatures.sign(make_file(), reader=alice, seconds=60)
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        try:
            signatures.read(changed)
        except signatures.UnsignedError:
            continue
        # The last letter of base64 can carry bits that mean nothing.
        assert signatures.read(changed) == signatures.read(token)
    assert client.get(f"/files/signed/{token[:-2]}/notes.txt").status_code == 404
    assert client.get(f"/files/signed/{token}x/notes.txt").status_code == 404


def test_an_expired_link_opens_nothing(client, make_file, alice):
    assert client.get(signed(make_file(), alice, seconds=-1)).status_code == 404


def test_a_link_gives_the_content_it_was_made_for(client, make_file, alice):
    file = make_file()
    address = signed(file, alice)
    versions.replace(file, storage.keep("notes.txt", io.BytesIO(b"others")), by=alice)
    assert body(client.get(address)) == b"words\n"
    assert body(client.get(signed(file, alice))) == b"others"


def test_a_link_for_content_that_is_not_kept_opens_nothing(client, make_file, alice):
    file = make_file()
    address = signed(file, alice)
    file.sha256 = "0" * 64
    file.save()
    assert client.get(address).status_code == 404


def test_a_link_for_a_deleted_file_opens_nothing(client, make_file, alice):
    file = make_file()
    address = signed(file, alice)
    file.delete()
    assert client.get(address).status_code == 404


def test_a_link_follows_the_rights_of_its_reader(client, make_file, rita):
    file = make_file(visibility="organization")
    address = signed(file, rita)
    assert client.get(address).status_code == 200
    File.objects.filter(pk=file.pk).update(visibility="private")
    assert client.get(address).status_code == 404


# Pages


def test_an_html_file_is_shown_in_a_closed_frame_only(signed_in, alice, make_file):
    client = signed_in(alice)
    file = make_file("plot.html", "<script>document.title = 'x'</script>")
    page = client.get(file.get_absolute_url()).content.decode()
    address = f"/files/{file.pk}/frame"
    assert f'sandbox="allow-scripts" referrerpolicy="no-referrer" src="{address}"' in page
    frame = client.get(address)
    assert frame.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'")
    assert "allow-same-origin" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "X-Frame-Options" not in frame.headers


def test_a_zip_is_listed_and_not_unpacked(signed_in, alice, make_file):
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil.txt", "x")
        archive.writestr("<b>bold</b>.txt", "x")
    page = signed_in(alice).get(make_file("slip.zip", packed.getvalue()).get_absolute_url())
    html = page.content.decode()
    assert "../../evil.txt" in html
    assert "&lt;b&gt;bold&lt;/b&gt;.txt" in html
    assert "2 entries" in html


def test_the_sample_files_are_harmless(signed_in, alice, make_file):
    client = signed_in(alice)
    for case in json.loads(shared("cases/xss_markdown.json").read_text())["file_cases"]:
        file = make_file(case["file_name"], case["content"])
        html = client.get(file.get_absolute_url()).content.decode()
        assert "<script>alert" not in html, case["id"]
        assert "javascript:alert" not in html.replace("[x](javascript:alert(1))", ""), case["id"]
        for address in ("download", "content"):
            response = client.get(f"/files/{file.pk}/{address}")
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Security-Policy"].startswith("sandbox;")
            assert response.headers["Content-Type"].split(";")[0] in {
                "application/octet-stream", "application/zip", "text/plain",
            }, case["id"]  # fmt: skip


def test_the_text_of_a_drawn_file_can_be_read(signed_in, alice, make_file):
    file = make_file("cu.cif", CIF)
    page = signed_in(alice).get(f"{file.get_absolute_url()}/text")
    assert "_cell_length_a 3.61" in page.content.decode()


def test_an_id_leads_to_the_page(signed_in, alice, make_file):
    file = make_file()
    assert signed_in(alice).get(f"/files/{file.pk}").url == file.get_absolute_url()


def test_a_missing_blob_is_not_found(signed_in, alice, make_file):
    from ouro_web.assets import blobs

    file = make_file()
    blobs.delete(file.blob)
    assert signed_in(alice).get(f"/files/{file.pk}/download").status_code == 404
    assert signed_in(alice).get(file.get_absolute_url()).status_code == 200


def test_a_file_page_names_the_routes_that_take_it(signed_in, alice, make_file, make_route):
    declared = {"structure": {"asset_type": "file", "file_extensions": ["cif"]}}
    make_route("Relax structure", input_assets=declared)
    make_route("Only tables", path="/b", input_assets={"rows": {"asset_type": "dataset"}})
    html = signed_in(alice).get(make_file("cu.cif", CIF).get_absolute_url()).content.decode()
    assert "Relax structure" in html
    assert "Only tables" not in html


# Lists


def test_the_list_narrows_by_words_kind_and_extension(signed_in, alice, make_file):
    make_file("copper.cif", CIF)
    make_file("dot.png", PNG)
    make_file("notes.txt")
    client = signed_in(alice)

    def names(query):
        page = client.get(f"/files/{query}").context["page"]
        return [asset.name for asset in page.items]

    assert names("") == ["notes.txt", "dot.png", "copper.cif"]
    assert names("?q=copper") == ["copper.cif"]
    assert names("?kind=image") == ["dot.png"]
    assert names("?kind=atomic+structure") == ["copper.cif"]
    assert names("?extension=.TXT") == ["notes.txt"]
    assert names("?kind=nonsense&after=nonsense") == ["notes.txt", "dot.png", "copper.cif"]


def test_the_list_shows_only_what_a_person_may_see(signed_in, carol, make_file):
    make_file("hidden.txt", visibility="private")
    make_file("open.txt", visibility="public")
    html = signed_in(carol).get("/files/").content.decode()
    assert "open.txt" in html
    assert "hidden.txt" not in html


def test_an_empty_list_says_what_to_do_next(signed_in, alice):
    assert "Upload files" in signed_in(alice).get("/files/").content.decode()


def test_the_list_asks_the_same_number_of_queries_for_any_length(
    signed_in, alice, make_file, django_assert_num_queries
):
    client = signed_in(alice)
    make_file()
    with CountQueries() as few:
        client.get("/files/")
    for number in range(8):
        make_file(f"{number}.txt")
    with CountQueries() as many:
        client.get("/files/")
    assert many.number == few.number


def test_a_file_page_asks_the_same_number_of_queries_for_any_number_of_routes(
    signed_in, alice, make_file, make_service, make_route
):
    client, file, service = signed_in(alice), make_file("cu.cif", CIF), make_service()
    declared = {"structure": {"asset_type": "file", "file_extensions": ["cif"]}}
    make_route("One", service=service, path="/1", input_assets=declared)
    with CountQueries() as few:
        client.get(file.get_absolute_url())
    for number in range(2, 8):
        make_route(f"Route {number}", service=service, path=f"/{number}", input_assets=declared)
    with CountQueries() as many:
        client.get(file.get_absolute_url())
    assert many.number == few.number


class CountQueries:
    def __enter__(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.captured = CaptureQueriesContext(connection)
        self.captured.__enter__()
        return self

    def __exit__(self, *error):
        self.captured.__exit__(*error)

    @property
    def number(self):
        return len(self.captured)


# In pieces, as the real server sends them


def test_under_asgi_bytes_come_in_pieces(make_file, monkeypatch):
    """A plain iterator would be read whole into memory there."""
    import asyncio

    from ouro_web.assets import blobs
    from ouro_web.web import content

    monkeypatch.setattr(blobs, "CHUNK", 4)
    file = make_file("digits.bin", b"0123456789")

    async def pieces():
        span = content.Span(1, 10, True)
        return [piece async for piece in content._in_threads(lambda: content._read(file, span))]

    assert asyncio.run(pieces()) == [b"1234", b"5678", b"9"]


# Versions


def test_content_is_replaced_shown_and_restored_by_the_page(signed_in, alice, make_file):
    client, file = signed_in(alice), make_file("notes.txt", "one")
    sent = {"file": SimpleUploadedFile("notes.txt", b"two")}
    assert client.post(f"/files/{file.pk}/replace", sent).url == file.get_absolute_url()
    page = client.get(file.get_absolute_url()).content.decode()
    assert "Version 2" in page
    assert body(client.get(f"/files/{file.pk}/versions/1")) == b"one"
    client.post(f"/files/{file.pk}/versions/1/restore")
    assert body(client.get(f"/files/{file.pk}/download")) == b"one"
    assert body(client.get(f"/files/{file.pk}/versions/2")) == b"two"
    assert client.get(f"/files/{file.pk}/versions/9").status_code == 404


def test_only_who_may_edit_replaces_content(client, rita, make_file):
    file = make_file("notes.txt", "one")
    client.force_login(rita)
    sent = {"file": SimpleUploadedFile("notes.txt", b"two")}
    assert client.post(f"/files/{file.pk}/replace", sent).status_code == 403
    assert client.post(f"/files/{file.pk}/versions/1/restore").status_code == 403
    assert "Replace the content" not in client.get(file.get_absolute_url()).content.decode()
    assert body(client.get(f"/files/{file.pk}/download")) == b"one"


def test_an_empty_replacement_is_refused_in_words(signed_in, alice, make_file):
    client, file = signed_in(alice), make_file("notes.txt", "one")
    answer = client.post(f"/files/{file.pk}/replace", {}, follow=True)
    assert "Choose the file" in answer.content.decode()
    sent = {"file": SimpleUploadedFile("notes.txt", b"")}
    answer = client.post(f"/files/{file.pk}/replace", sent, follow=True)
    assert "The file is empty." in answer.content.decode()
