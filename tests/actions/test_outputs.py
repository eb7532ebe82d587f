import base64
import json

import pytest

from ouro_web.actions import outputs
from ouro_web.actions.models import Action, ActionAsset, Phase, Status
from ouro_web.assets.models import Asset
from ouro_web.files import storage
from ouro_web.services import past
from tests.actions.conftest import answer, lines
from tests.raw_server import answering, response

CIF = b"data_copper\n_cell_length_a 3.6\n"
FILE = {
    "name": "relaxed.cif",
    "type": "chemical/x-cif",
    "extension": "cif",
    "base64": base64.b64encode(CIF).decode(),
}
DECLARED = {
    "structure": {"asset_type": "file", "primary": True},
    "table": {"asset_type": "dataset", "optional": True},
    "report": {"asset_type": "post", "optional": True},
}


def made(action):
    return {link.name: link for link in action.links.filter(direction=ActionAsset.Direction.OUT)}


@pytest.fixture
def run_with(make_run, serve, carry_out):
    """A finished run whose service answered with this."""

    def run(value, declared=DECLARED, **kwargs):
        return carry_out(make_run(serve(answer(value)), output_assets=declared, **kwargs))

    return run


def test_declared_outputs_become_assets_under_their_names(run_with, alice):
    action = run_with(
        {
            "energy": -5.3,
            "structure": FILE,
            "table": {"name": "Steps", "data": [{"step": 1, "e": -5.1}, {"step": 2, "e": -5.3}]},
            "report": {"name": "Report", "content": {"text": "# Done\n\nIt relaxed."}},
        }
    )
    assert action.status == Status.SUCCESS
    links = made(action)
    assert list(links) == ["structure", "table", "report"]
    assert links["structure"].is_primary
    assert all(link.made_here for link in links.values())
    file = links["structure"].asset.as_file
    with storage.open_file(file) as content:
        assert content.read() == CIF
    assert (file.filename, file.extension, file.owner) == ("relaxed.cif", "cif", alice)
    assert file.visibility == "private"
    assert links["table"].asset.as_dataset.row_count == 2
    assert links["report"].asset.as_post.text == "# Done\n\nIt relaxed."
    assert "Saved structure as a file" in lines(action)


def test_the_answer_keeps_values_and_leaves_the_bytes_to_the_file(run_with):
    action = run_with({"energy": -5.3, "structure": FILE})
    assert action.response["energy"] == -5.3
    assert action.response["structure"]["name"] == "relaxed.cif"
    assert "saved as the file" in action.response["structure"]["base64"]


def test_a_file_can_come_by_address(run_with, serve):
    elsewhere = serve(answering(response(CIF, headers="Content-Type: text/plain\r\n")))
    action = run_with({"structure": {"url": elsewhere.url("/x/relaxed%20cell.cif?sig=1")}})
    file = made(action)["structure"].asset.as_file
    assert (file.filename, file.size) == ("relaxed cell.cif", len(CIF))
    assert "authorization" not in elsewhere.seen[0].headers
    assert not [name for name in elsewhere.seen[0].headers if name.startswith("ouro-")]


def test_a_null_is_no_output_and_no_fault(run_with):
    action = run_with({"structure": FILE, "table": None})
    assert action.status == Status.SUCCESS
    assert list(made(action)) == ["structure"]
    assert action.warnings == []


def test_a_declared_output_that_is_missing_is_mentioned(run_with):
    action = run_with({"energy": 1})
    assert action.status == Status.SUCCESS
    assert action.warnings == [{"name": "Structure", "message": "the service did not return it."}]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"base64": "!!!"}, "its base64 cannot be read."),
        ({"name": "x"}, "it has neither base64 nor url."),
        ({"url": "http://169.254.169.254/latest"}, "could not be downloaded"),
        ({"url": "file:///etc/passwd"}, "must start with http"),
        (7, "it has neither base64 nor url."),
    ],
)
def test_a_lost_primary_output_fails_the_run_in_words(run_with, payload, reason):
    action = run_with({"structure": payload})
    assert (action.status, action.error["code"]) == (Status.ERROR, "output_invalid")
    assert action.error["message"].startswith("The output “Structure” could not be saved: ")
    assert reason in action.error["message"]
    assert action.error["whose"] == "service"


@pytest.mark.parametrize(
    ("key", "payload", "reason"),
    [
        ("table", {"data": "no rows"}, "not a list of rows"),
        ("table", {"data": [1, 2]}, "not a list of rows"),
        ("report", {"content": {}}, "no content.text"),
    ],
)
def test_a_lost_side_output_is_a_warning_and_the_rest_is_kept(run_with, key, payload, reason):
    action = run_with({"structure": FILE, key: payload})
    assert action.status == Status.SUCCESS
    assert list(made(action)) == ["structure"]
    assert action.warnings[0]["name"] == key
    assert reason in action.warnings[0]["message"]
    assert any(reason in line for line in lines(action))


def test_an_address_that_answers_404_is_explained(run_with, serve):
    elsewhere = serve(answering(response(b"", status="404 Not Found")))
    action = run_with({"structure": {"url": elsewhere.url()}})
    assert "answered with status 404" in action.error["message"]


def test_a_dataset_of_no_rows_is_no_trouble(run_with):
    action = run_with({"structure": FILE, "table": {"data": []}})
    assert action.status == Status.SUCCESS


@pytest.mark.parametrize("form", ["object", "id"])
def test_an_existing_asset_is_recorded_and_not_copied(run_with, make_asset, alice, form):
    asset = make_asset("Known", owner=alice, asset_type="post")
    value = {"id": str(asset.pk), "asset_type": "post"} if form == "object" else str(asset.pk)
    action = run_with({"structure": FILE, "report": value})
    link = made(action)["report"]
    assert (link.asset_id, link.made_here) == (asset.pk, False)


def test_an_asset_that_the_caller_may_not_read_is_not_linked(run_with, make_asset, bob):
    asset = make_asset("Hidden", owner=bob, visibility="private")
    action = run_with({"structure": FILE, "report": {"id": str(asset.pk)}})
    assert list(made(action)) == ["structure"]
    assert "may not read" in action.warnings[0]["message"]


@pytest.mark.parametrize(
    ("key", "payload"),
    [
        ("file", FILE),
        ("dataset", {"name": "T", "data": [{"a": 1}]}),
        ("post", {"name": "P", "content": {"text": "Hello"}}),
    ],
)
def test_a_lone_key_of_an_undeclared_route_is_saved(run_with, key, payload):
    action = run_with({key: payload, "energy": 1}, declared={})
    link = made(action)[key]
    assert (link.asset_type, link.is_primary) == (key, True)


def test_values_that_nobody_declared_stay_values(run_with):
    action = run_with({"file": "just a word", "energy": 1}, declared={})
    assert (action.status, made(action)) == (Status.SUCCESS, {})


def test_outputs_are_those_of_the_route_as_it_was_when_the_run_was_asked_for(
    make_run, serve, carry_out
):
    queued = make_run(serve(answer({"energy": -5.3, "structure": FILE})), output_assets=DECLARED)
    route = queued.route
    past.change(route, {"output_assets": {}, "operation": {**route.operation, "summary": "New"}})
    route.save()
    action = carry_out(Action.objects.get(pk=queued.pk))
    assert action.status == Status.SUCCESS
    assert list(made(action)) == ["structure"]


def test_an_answer_of_bytes_is_the_one_declared_file(make_run, serve, carry_out):
    data = response(b"\x89PNG\r\n\x1a\n" + b"0" * 60, headers="Content-Type: image/png\r\n")
    declared = {"picture": {"asset_type": "file"}}
    action = carry_out(make_run(serve(answering(data)), output_assets=declared))
    assert made(action)["picture"].asset.as_file.filename == "Picture.png"


def test_an_editors_document_becomes_text(run_with):
    document = {
        "type": "doc",
        "content": [
            {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "A"}]},
            {
                "type": "paragraph",
                "content": [
                    {"type": "text", "text": "bold", "marks": [{"type": "bold"}]},
                    {"type": "text", "text": " plain"},
                ],
            },
        ],
    }
    action = run_with({"structure": FILE, "report": {"name": "R", "content": {"json": document}}})
    assert made(action)["report"].asset.as_post.text == "## A\n\n**bold** plain\n"


def test_saving_again_makes_nothing_twice(run_with, carry_out):
    value = {"structure": FILE, "report": {"name": "R", "content": "Hello"}}
    action = run_with(value)
    before = set(Asset.objects.values_list("pk", flat=True))
    made(action)["report"].delete()
    Action.objects.update(
        status=Status.IN_PROGRESS, phase=Phase.SAVING, owner="", response=value, finished_at=None
    )
    carry_out(action)
    after = set(Asset.objects.values_list("pk", flat=True))
    assert action.status == Status.SUCCESS
    assert set(made(action)) == {"structure", "report"}
    assert len(after - before) == 1


def test_saving_that_keeps_crashing_gives_up(run_with, carry_out):
    action = run_with({"structure": FILE})
    Action.objects.update(status=Status.IN_PROGRESS, phase=Phase.SAVING, owner="", attempt=9)
    carry_out(action)
    assert action.error["code"] == "gave_up"


def test_names_and_extensions_come_from_what_is_given():
    def name(**payload):
        return outputs._filename(outputs.Output("result", "file", payload, label="Result"))

    assert name(name="a.cif", extension="cif") == "a.cif"
    assert name(name="a", extension=".CIF") == "a.cif"
    assert name(filename="b.txt", name="c") == "b.txt"
    assert name(type="image/jpeg") == "Result.jpg"
    assert name(type="text/plain; charset=utf-8") == "Result.txt"
    assert name(url="https://x.example/y/z.png?q=1") == "z.png"
    assert name() == "Result"


def test_nothing_of_the_callers_secrets_goes_into_the_row(run_with):
    action = run_with({"structure": FILE})
    assert "sig=" not in json.dumps(action.sent)
