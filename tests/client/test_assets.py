"""What the official client asks of assets of every kind."""

import httpx
import ouro
import pytest


@pytest.fixture
def ours(client_for, alice):
    return client_for(alice)


@pytest.fixture
def theirs(client_for, carol):
    return client_for(carol)


@pytest.fixture
def make(ours, unique):
    def make(name="notes", **fields):
        fields = {"visibility": "public", "file_name": "a.txt", "file_content": b"words", **fields}
        return ours.files.create(name=unique(name), **fields)

    return make


@pytest.fixture
def table(ours, unique):
    return ours.datasets.create(
        name=unique("table"), visibility="public", data=[{"a": 1, "b": "=1+1"}]
    )


RUN = """
from ouro_web.actions.models import Action, ActionAsset
from ouro_web.accounts.models import User
from ouro_web.assets.models import Asset
from ouro_web.assets.placement import Placement, base_fields
from ouro_web.services.models import Route, Service, SpecRevision
alice = User.objects.get(username="alice")
place = Placement.for_person(alice)
service = Service.objects.create(
    **base_fields(place, asset_type="service", name="Lineage"), base_url="http://127.0.0.1:9"
)
revision = SpecRevision.objects.create(service=service, document="{{}}")
route = Route.objects.create(
    **base_fields(place, asset_type="route", name="Relax"), parent=service, service=service,
    revision=revision, method="POST", path="/relax",
    output_assets={{"relaxed": {{"asset_type": "file", "role": "version"}}}},
)
action = Action.objects.create(
    user=alice, route=route, route_name="Relax", status="success", call={{"body": {{"fmax": 0.1}}}},
    response={{"energy": -1.5}}, organization=place.organization, team=place.team,
    output_visibility="public",
)
for direction, name, pk in (("in", "structure", "{0}"), ("out", "relaxed", "{1}")):
    asset = Asset.objects.get(pk=pk)
    ActionAsset.objects.create(
        action=action, direction=direction, name=name, asset=asset, asset_type=asset.asset_type,
        asset_name=asset.name, is_primary=True, made_here=direction == "out",
    )
result = {{"action": action.pk, "service": service.pk, "route": route.pk}}
"""


def test_any_asset_is_found_by_its_id(ours, make, table):
    file = make()
    assert ours.assets.retrieve(str(file.id)).data.url
    assert ours.assets.retrieve(str(table.id)).preview == [{"a": 1, "b": "=1+1"}]
    with pytest.raises(ouro.NotFoundError):
        ours.assets.retrieve("019a7f00-0000-7000-8000-000000000000")


def test_search_finds_by_words_kind_place_and_owner(ours, make, table, alice, lab, theirs):
    file, hidden = make("needle"), make("needle", visibility="private")
    assert ours.assets.search(file.name).data[0].id == file.id
    assert [hit.id for hit in ours.assets.search(str(file.id))] == [file.id]
    found = ours.assets.search("needle", asset_type=["file", "post"], user_id=alice.id, limit=200)
    assert {file.id, hidden.id} <= {hit.id for hit in found}
    assert hidden.id not in {hit.id for hit in theirs.assets.search("needle", limit=200)}
    assert ours.assets.search("needle", asset_type="dataset").data == []
    assert ours.assets.search(file.name, org_id=lab.id).data == []
    assert ours.assets.search(file.name, scope="purchased").data == []
    assert ours.assets.search(file.name, scope="personal").data[0].id == file.id
    assert theirs.assets.search(file.name, scope="personal").data == []
    assert ours.assets.search(file.name, sort="popular", time_window="day").data[0].id == file.id
    assert ours.assets.search(sort="updated", limit=1).has_more


def test_what_is_shared_is_a_scope(ours, make, theirs, carol):
    file = make("shared", visibility="private")
    ours.assets.share(str(file.id), carol.id)
    assert [hit.id for hit in theirs.assets.search(scope="shared", query=file.name)] == [file.id]


def test_search_is_read_to_its_end(ours, make, unique):
    word = unique("page").replace(" ", "")
    made = {make(f"{word} {number}").id for number in range(5)}
    first = ours.assets.search(word, limit=2)
    assert (len(first.data), first.has_more) == (2, True)
    assert {hit.id for hit in ours.assets.search(word, limit=None)} == made


@pytest.mark.parametrize(
    "wrong",
    [
        {"filters": "["}, {"filters": '{"org_id": "/null"}'}, {"filters": '{"asset_type": 3}'},
        {"scope": "everywhere"}, {"sort": "best"}, {"limit": "-1"}, {"offset": "x"},
        {"metadata_filters": '{"file_type": "spreadsheet"}'}, {"limit": "9" * 40},
        {"sort": "popular", "time_window": "decade"}, {"metadata_filters": "[" * 3000},
    ],
)  # fmt: skip
def test_what_cannot_be_searched_for_is_refused_by_its_name(site, ours, wrong):
    answer = httpx.get(
        f"{site.api}/search/assets", params=wrong, headers={"Authorization": ours.access_token}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["errors"][0]["field"]


def test_downloads_are_bytes_with_a_name(ours, make, table, tmp_path):
    file = make(file_name='ünï quote".txt')
    saved = ours.assets.download(str(file.id), output_path=f"{tmp_path}/")
    assert (tmp_path / saved.filename).read_bytes() == b"words"
    csv = ours.assets.download(str(table.id), output_path=f"{tmp_path}/table.csv")
    assert csv.content_type.startswith("text/csv")
    assert (tmp_path / "table.csv").read_text().split() == ["a,b", "1,'=1+1"]
    with pytest.raises(ouro.NotFoundError):
        ours.assets.download("019a7f00-0000-7000-8000-000000000000", output_path=f"{tmp_path}/")


def test_a_download_link_needs_no_credentials(ours, make, table):
    file = make()
    told = ours.assets.create_download_url(str(file.id))
    assert httpx.get(told["download_url"]).content == b"words"
    assert (told["asset_type"], told["file_name"]) == ("file", "a.txt")
    told = ours.assets.create_download_url(str(table.id))
    answer = httpx.get(told["download_url"])
    assert answer.text.startswith("a,b")
    assert "attachment" in answer.headers["content-disposition"]
    assert httpx.get(told["download_url"].replace("downloads/", "downloads/x")).status_code == 404


def test_looks_and_downloads_of_others_are_counted(ours, theirs, make, tmp_path):
    file = make()
    ours.assets.retrieve(str(file.id))
    theirs.assets.retrieve(str(file.id))
    theirs.assets.download(str(file.id), output_path=f"{tmp_path}/")
    counts = ours.assets.counts(str(file.id))
    assert (counts.views, counts.downloads, counts.comments, counts.reactions) == (1, 1, 0, 0)
    [impact] = ours.assets.impact([str(file.id)])
    assert (impact.asset_id, impact.views, impact.uses) == (file.id, 1, 0)


def test_a_run_ties_what_it_took_to_what_it_made(ours, theirs, make, site):
    taken, made = make("raw"), make("relaxed")
    ids = site.python(RUN.format(taken.id, made.id))
    lineage = ours.assets.lineage(str(made.id))
    assert lineage.asset.lineage_role == "version"
    assert [source.id for source in lineage.sources] == [taken.id]
    assert str(lineage.asset.run.action_id) == ids["action"]
    root = ours.assets.lineage(str(taken.id))
    assert root.asset.lineage_role == "new"
    assert [(child.id, child.lineage_role) for child in root.derived] == [(made.id, "version")]
    assert str(root.derived[0].run.route["id"]) == ids["route"]
    [edge] = ours.assets.connections(str(taken.id), direction="source").data
    assert (edge.type, edge.source_id, edge.target_id) == ("action", taken.id, made.id)
    assert ours.assets.connections(str(taken.id), direction="target").data == []
    assert ours.assets.connections(str(made.id), type=["component"]).data == []
    assert theirs.assets.lineage(str(taken.id)).derived == []  # the run is alice's own


def test_runs_are_found_at_what_they_took_and_made(ours, make, site):
    taken, made = make(), make()
    ids = site.python(RUN.format(taken.id, made.id))
    both = ours.assets.actions(str(taken.id))
    assert both.created_by is None
    [run] = both.as_input
    assert str(run.id) == ids["action"]
    assert run.response is None
    assert str(ours.assets.actions(str(made.id), role="output").created_by.id) == ids["action"]
    [run] = ours.assets.actions(str(taken.id), role="input", include_response=True).as_input
    assert run.response == {"energy": -1.5}
    assert ours.assets.actions(str(taken.id), status="error").as_input == []


def test_what_lies_inside_is_listed(ours, make, site):
    ids = site.python(RUN.format(make().id, make().id))
    assert [str(each.id) for each in ours.assets.children(ids["service"])] == [ids["route"]]
    told = ours.assets.delete(ids["service"], dry_run=True)
    assert [str(each.id) for each in told.deleted_children] == [ids["route"]]


def test_there_are_no_tags_yet_and_properties_only_from_runs(ours, make):
    file = make()
    assert ours.assets.tags(str(file.id)) == []
    assert ours.assets.properties(str(file.id), history=True) == []


def test_sharing_is_for_admins_and_with_people_who_exist(ours, theirs, make, carol, alice):
    file = make(visibility="private")
    with pytest.raises(ouro.BadRequestError):
        ours.assets.share(str(file.id), "019a7f00-0000-7000-8000-000000000000")
    with pytest.raises(ouro.BadRequestError, match="owner"):
        ours.assets.share(str(file.id), alice.id)
    with pytest.raises(ouro.NotFoundError):
        theirs.assets.share(str(file.id), carol.id, role="admin")
    ours.assets.share(str(file.id), carol.id, role="admin")
    assert theirs.assets.delete(str(file.id)).id == file.id


def test_names_lead_to_assets_as_ids_do(site, ours, make):
    file = make()
    headers = {"Authorization": ours.access_token}
    answer = httpx.get(f"{site.api}/files/alice/{file.slug}", headers=headers)
    assert answer.json()["data"]["id"] == str(file.id)
    answer = httpx.get(f"{site.api}/files/alice/{file.slug}/data", headers=headers)
    assert httpx.get(answer.json()["data"]["url"]).content == b"words"
