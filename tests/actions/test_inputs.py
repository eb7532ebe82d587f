import json
from base64 import b64decode
from urllib.parse import urlsplit

import pytest

from ouro_web.actions.call import Call
from ouro_web.actions.inputs import InputError, placed, without_secrets
from ouro_web.assets.models import Asset
from ouro_web.datasets import tables
from ouro_web.files import storage
from ouro_web.posts import publish
from tests.actions.conftest import answer


@pytest.fixture
def run_on(make_run, serve, carry_out, alice):
    """A run with this asset as its one input; gives the action and what the service saw."""

    def run(asset, declaration, body=None):
        server = serve(answer({}))
        call = Call(
            body=body or {},
            has_body=True,
            content_type="application/json",
            input_assets={"it": asset.pk},
        )
        action = carry_out(make_run(server, call=call, input_assets={"it": declaration}))
        assert action.error is None
        return action, json.loads(server.seen[0].body)

    return run


def test_a_file_is_sent_as_its_facts_and_an_address_that_works_without_a_sign_in(
    run_on, place, alice, client
):
    file = storage.store(place(alice), filename="a.cif", content=[b"data_x\n"], name="Cell")
    action, body = run_on(file, {"asset_type": "file", "body_path": "input.structure"}, {"n": 1})
    sent = body["input"]["structure"]
    assert body["n"] == 1
    facts = {"id": str(file.pk), "name": "Cell", "filename": "a.cif", "extension": "cif", "size": 7}
    assert facts.items() <= sent.items()
    answered = client.get(urlsplit(sent["url"]).path)
    assert b"".join(answered.streaming_content) == b"data_x\n"
    kept = action.sent["body"]["input"]["structure"]["url"]
    assert kept != sent["url"]


def test_a_file_is_sent_as_the_text_that_the_field_asks_for(run_on, place, alice, client):
    file = storage.store(place(alice), filename="a.cif", content=[b"data_x\n"], name="Cell")
    declared = {"asset_type": "file", "body_path": "structure_url", "sent_as": "url"}
    action, body = run_on(file, declared)
    answered = client.get(urlsplit(body["structure_url"]).path)
    assert b"".join(answered.streaming_content) == b"data_x\n"
    assert action.sent["body"]["structure_url"] != body["structure_url"]
    declared = {"asset_type": "file", "body_path": "structure", "sent_as": "base64"}
    action, body = run_on(file, declared)
    assert b64decode(body["structure"]) == b"data_x\n"
    assert action.sent["body"]["structure"] == "(12 characters of base64)"


def test_a_dataset_is_sent_with_its_rows(run_on, place, alice):
    dataset = tables.create(place(alice), name="Steps", rows=[{"a": 1, "b": "x"}])
    action, body = run_on(dataset, {"asset_type": "dataset"})
    assert body["it"]["data"] == [{"a": 1, "b": "x"}]
    assert body["it"]["name"] == "Steps"
    assert action.sent["body"]["it"]["data"] == "(1 rows)"


def test_a_post_is_sent_with_its_text(run_on, place, alice):
    post = publish.create(place(alice), name="Notes", text="Some *words*")
    _, body = run_on(post, {"asset_type": "post"})
    assert body["it"]["content"] == {"text": "Some *words*"}


def test_rights_are_asked_again_when_the_run_is_sent(make_run, serve, carry_out, place, rita, bob):
    file = storage.store(place(bob, "organization"), filename="a.cif", content=[b"data_x\n"])
    server = serve(answer({}))
    call = Call(has_body=True, body={}, input_assets={"it": file.pk})
    action = make_run(server, call=call, user=rita, input_assets={"it": {"asset_type": "file"}})
    Asset.objects.filter(pk=file.pk).update(visibility="private")
    carry_out(action)
    assert action.error["message"] == "This asset does not exist, or you may not read it."
    assert list(action.error["problems"]) == ["a/it"]
    assert server.seen == []


def test_placing_makes_the_objects_on_the_way_and_changes_no_other():
    body = {"a": {"x": 1}}
    assert placed(body, ("a", "b", "c"), 7, "it") == {"a": {"x": 1, "b": {"c": 7}}}
    assert body == {"a": {"x": 1}}
    assert placed(None, ("a",), 7, "it") == {"a": 7}
    with pytest.raises(InputError, match="where “b” has to go"):
        placed({"a": 1}, ("a", "b"), 7, "it")


def test_a_signature_is_not_kept_with_what_was_sent():
    kept = without_secrets({"url": "http://127.0.0.1/files/signed/SIGNATURE/cu.cif"})
    assert kept["url"] == "http://127.0.0.1/files/signed/•••/cu.cif"
