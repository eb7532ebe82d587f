"""Files with the official client."""

import hashlib

import httpx
import ouro
import pytest

CIF = b"""data_quartz
_cell_length_a 4.91
_cell_length_b 4.91
_cell_length_c 5.40
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Si1 Si 0.47 0 0.66
O1 O 0.41 0.27 0.78
"""


@pytest.fixture
def ours(client_for, alice):
    return client_for(alice)


@pytest.fixture
def make(ours, unique):
    def make(name="notes", content=b"words\n", file_name="notes.txt", **fields):
        fields = {"visibility": "public", **fields}
        return ours.files.create(
            name=unique(name), file_content=content, file_name=file_name, **fields
        )

    return make


def test_a_file_is_made_read_and_found(ours, make):
    made = make("quartz", CIF, "quartz.cif", description="**Low** quartz")
    assert made.metadata.type == "chemical/x-cif"
    assert made.metadata.extension == "cif"
    assert made.metadata.size == len(CIF)
    assert made.metadata.name == "quartz.cif"
    assert made.source == "api"
    assert made.attribution.originality == "original"
    read = ours.files.retrieve(str(made.id))
    assert read.description.text == "**Low** quartz"
    assert httpx.get(read.data.url).content == CIF
    [hit] = ours.files.search(made.name, extension="cif").data
    assert hit.id == made.id
    assert hit.metadata.bucket == "public-files"


def test_a_file_comes_from_a_path(ours, unique, tmp_path):
    path = tmp_path / "steel.cif"
    path.write_bytes(CIF)
    made = ours.files.create(name=unique("steel"), visibility="private", file_path=str(path))
    assert made.metadata.bucket == "files"
    assert httpx.get(made.read_data().url).content == CIF


def test_a_table_shows_its_first_rows(make):
    made = make("table", b"a,b\n1,x\n2,y\n", "table.csv")
    assert made.preview == [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]


def test_a_large_file_comes_whole(ours, make):
    content = bytes(range(256)) * 4096 * 24  # 24 MB, more than any other body may have
    made = make("large", content, "large.bin")
    data = httpx.get(ours.files.read_data(str(made.id)).url, timeout=60).content
    assert hashlib.sha256(data).digest() == hashlib.sha256(content).digest()


def test_words_and_place_of_a_file_change(ours, make, lab, alloys, unique):
    made = make()
    name = unique("renamed")
    changed = ours.files.update(
        str(made.id), name=name, description="New words", visibility="private",
        license_id="MIT", attribution={"doi_url": "https://doi.org/10.1/x"},
    )  # fmt: skip
    assert (changed.name, changed.visibility, changed.license_id) == (name, "private", "MIT")
    assert changed.description.text == "New words"
    assert changed.attribution.originality == "original"
    assert changed.slug == name.replace(" ", "-")
    moved = ours.files.update(str(made.id), org_id=lab.id, team_id=alloys.id)
    assert (str(moved.org_id), str(moved.team_id)) == (lab.id, alloys.id)


def test_new_bytes_replace_the_old_ones(ours, make):
    made = make()
    changed = ours.files.update(
        str(made.id), file_content=CIF, file_name="quartz.cif", description="Now a structure"
    )
    assert changed.metadata.extension == "cif"
    assert changed.description.text == "Now a structure"
    assert httpx.get(ours.files.read_data(str(made.id)).url).content == CIF


def test_bytes_come_to_a_signed_link(ours, unique):
    slot = ours.files.create_upload_url("spectrum.csv")
    assert slot["upload_id"].endswith(".csv")
    sent = httpx.request(
        slot["method"], slot["upload_url"], headers=slot["headers"], content=b"x,y\n1,2\n"
    )
    assert sent.status_code == 200
    made = ours.files.create(
        name=unique("spectrum"), visibility="public", upload_id=slot["upload_id"]
    )
    assert made.metadata.size == 8
    assert made.preview == [{"x": "1", "y": "2"}]


def test_a_signed_upload_replaces_the_bytes_of_a_file(ours, make):
    made = make()
    slot = ours.files.create_upload_url("quartz.cif")
    httpx.put(slot["upload_url"], content=CIF, headers=slot["headers"])
    changed = ours.files.update(str(made.id), upload_id=slot["upload_id"])
    assert changed.id == made.id
    assert changed.metadata.extension == "cif"
    assert httpx.get(ours.files.read_data(str(made.id)).url).content == CIF


def test_an_upload_is_read_and_discarded(ours):
    slot = ours.files.create_upload_url("post.md")
    httpx.put(slot["upload_url"], content=b"# Hello", headers=slot["headers"])
    assert ours.files.read_upload(slot["upload_id"]) == b"# Hello"
    with pytest.raises(ouro.NotFoundError):
        ours.files.read_upload(slot["upload_id"])


def test_a_signed_link_takes_bytes_once_and_only_as_it_is(ours):
    slot = ours.files.create_upload_url("a.txt")
    assert httpx.put(slot["upload_url"] + "x", content=b"a").status_code == 404
    assert httpx.get(slot["upload_url"]).status_code == 404
    assert httpx.put(slot["upload_url"], content=b"a").status_code == 200
    assert httpx.put(slot["upload_url"], content=b"b").status_code == 400
    assert ours.files.read_upload(slot["upload_id"]) == b"a"


def test_an_upload_that_is_not_wanted_is_thrown_away(ours, unique):
    slot = ours.files.create_upload_url("a.txt")
    httpx.put(slot["upload_url"], content=b"a")
    ours.files.discard_upload(slot["upload_id"])
    with pytest.raises(ouro.OuroError):
        ours.files.create(name=unique("a"), visibility="public", upload_id=slot["upload_id"])


def test_an_upload_without_bytes_is_no_file(ours, unique):
    slot = ours.files.create_upload_url("a.txt")
    with pytest.raises(ouro.BadRequestError, match="No bytes"):
        ours.files.create(name=unique("a"), visibility="public", upload_id=slot["upload_id"])


def test_nobody_makes_a_file_of_an_upload_of_another(ours, client_for, bob, unique):
    slot = ours.files.create_upload_url("a.txt")
    httpx.put(slot["upload_url"], content=b"a")
    with pytest.raises(ouro.NotFoundError):
        client_for(bob).files.create(
            name=unique("a"), visibility="public", upload_id=slot["upload_id"]
        )


def test_a_private_file_opens_to_whom_it_is_shared_with(ours, make, client_for, carol, bob):
    made = make(visibility="private")
    theirs = client_for(carol)
    with pytest.raises(ouro.NotFoundError):
        theirs.files.retrieve(str(made.id))
    made.share(carol.id, "read")
    assert theirs.files.retrieve(str(made.id)).data.url
    with pytest.raises(ouro.PermissionDeniedError):
        theirs.files.update(str(made.id), name="mine")
    with pytest.raises(ouro.PermissionDeniedError):
        theirs.files.delete(str(made.id))
    with pytest.raises(ouro.PermissionDeniedError):
        theirs.files.share(str(made.id), bob.id)


def test_a_file_is_deleted_and_a_dry_run_only_tells(ours, make):
    made = make()
    told = ours.files.delete(str(made.id), dry_run=True)
    assert (told.id, told.asset_type, told.dry_run) == (made.id, "file", True)
    assert ours.files.retrieve(str(made.id)).id == made.id
    assert ours.files.delete(str(made.id)).dry_run is False
    with pytest.raises(ouro.NotFoundError):
        ours.files.retrieve(str(made.id))


def test_a_client_in_an_organization_puts_files_there(client_for, alice, lab, unique):
    pinned = client_for(alice, organization="lab")
    made = pinned.files.create(
        name=unique("report"), visibility="organization", file_content=b"x", file_name="a.txt"
    )
    assert str(made.org_id) == lab.id
    assert made.organization.name == "lab"
    assert made.id in {each.id for each in pinned.files.list(limit=50)}


@pytest.mark.parametrize(
    "body",
    [
        {}, {"file_name": "a.txt"}, {"file_base64": "aGk="},
        {"file_name": 3, "file_base64": "aGk="},
        {"file_name": "a.txt", "file_base64": "not base64!"},
        {"file_name": "a.txt", "file_base64": ""}, {"file_name": "a", "file_base64": None}, [1],
    ],
)  # fmt: skip
def test_a_misshapen_upload_is_refused_in_words(site, ours, body):
    headers = {"Authorization": ours.access_token}
    answer = httpx.post(f"{site.api}/files/upload", json=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]["message"]
