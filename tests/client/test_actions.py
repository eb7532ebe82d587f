"""Runs as programs read them: lists, pages, logs, who may see them, and waiting."""

import importlib
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import ouro
import pytest

from tests.client import upstream


@pytest.fixture(scope="module")
def address():
    with upstream.serving(upstream.application()) as address:
        yield address


@pytest.fixture(scope="module")
def echo(site, cast, address):
    """Alice's public route that answers what it is told."""
    client = ouro.Ouro(api_key=cast["people"]["alice"]["key"], base_url=site.api)
    service = client.services.create(name="Echo", base_url=address, visibility="public")
    route = client.routes.create(str(service.id), "POST", "/answer", name="Echo")
    return str(route.id)


def run(client, echo, **body):
    return client.routes.execute(echo, body={"said": {"number": 1}, **body})


def test_a_run_reads_the_same_later(client_for, alice, echo):
    client = client_for(alice)
    action = run(client, echo)
    later = client.routes.retrieve_action(str(action.id))
    assert later.model_dump() == action.model_dump()
    assert later.response == {"number": 1}
    assert later.metadata["body"] == {"said": {"number": 1}}
    assert later.route["id"] == echo
    assert later.route["name"] == "Echo"
    assert later.user.username == "alice"
    assert later.created_at <= later.started_at <= later.ack_at <= later.finished_at
    assert later.upstream_status_code == 200
    assert later.refresh().is_success
    assert later.wait().is_success


def test_runs_of_a_route_come_newest_first_in_pages(client_for, alice, echo):
    client = client_for(alice)
    ids = [run(client, echo).id for _ in range(3)]
    page = client.routes.list_actions(echo, limit=2)
    assert [action.id for action in page] == ids[:0:-1]
    assert page.has_more
    following = client.routes.list_actions(echo, limit=2, offset=2)
    assert following[0].id == ids[0]
    route = client.routes.retrieve(echo)
    assert [action.id for action in route.read_actions()][:3] == ids[::-1]
    for action in route.read_actions():
        assert action.status
        assert action.id


def test_runs_are_chosen_by_status_and_time(client_for, alice, echo):
    client = client_for(alice)
    begun = datetime.now(UTC)
    good, bad = run(client, echo), run(client, echo, status=500)
    failed = client.routes.list_actions(echo, status=["error", "timed-out"], limit=5)
    assert failed[0].id == bad.id
    assert good.id not in [action.id for action in failed]
    mine = client.routes.list_my_actions(since=begun)
    assert {action.id for action in mine} == {good.id, bad.id}
    assert not list(client.routes.list_my_actions(since=datetime.now(UTC) + timedelta(days=1)))
    with pytest.raises(ouro.BadRequestError):
        client.routes.list_my_actions(status="perhaps")
    with pytest.raises(ouro.BadRequestError):
        client.routes.list_my_actions(since="yesterday")


def test_others_runs_are_seen_by_the_admins_of_the_route_alone(client_for, alice, bob, echo):
    of_bob = run(client_for(bob), echo)
    client = client_for(alice)
    own = client.routes.list_actions(echo, limit=100)
    assert of_bob.id not in [action.id for action in own]
    every = client.routes.list_actions(echo, include_other_users=True, limit=100)
    assert of_bob.id in [action.id for action in every]
    others = client.routes.list_actions(
        echo, include_other_users=True, exclude_self=True, limit=100
    )
    assert {action.user.username for action in others} == {"bob"}
    assert client.routes.retrieve_action(str(of_bob.id)).id == of_bob.id
    of_alice = run(client, echo)
    with pytest.raises(ouro.NotFoundError):
        client_for(bob).routes.retrieve_action(str(of_alice.id))
    with pytest.raises(ouro.NotFoundError):
        client_for(bob).routes.get_action_logs(str(of_alice.id))


def test_logs_are_written_and_read(client_for, alice, bob, echo):
    client = client_for(alice)
    action = run(client, echo)
    action.log("Looks right")
    action.log("But slow", level="warning")
    lines = action.read_logs(chronological=True)
    assert [line.message for line in lines][-2:] == ["Looks right", "But slow"]
    assert len({line.id for line in lines}) == len(lines)
    assert all(line.action_id == action.id for line in lines)
    newest = client.routes.get_action_logs(str(action.id), limit=1)
    assert newest[0].message == "But slow"
    assert newest.has_more
    for word in ("warn", "warning"):
        warned = client.routes.get_action_logs(str(action.id), level=word)
        assert [line.message for line in warned] == ["But slow"]
    answer = httpx.post(
        f"{client.base_url}/actions/{action.id}/log",
        headers={"Authorization": client_for(bob).access_token},
        json={"message": "mine"},
    )
    assert answer.status_code == 404


def test_an_unknown_run_is_not_found(client_for, alice):
    with pytest.raises(ouro.NotFoundError):
        client_for(alice).routes.retrieve_action(str(uuid.uuid4()))


def test_waiting_has_an_end_and_the_run_goes_on(client_for, alice, echo):
    client = client_for(alice)
    action = client.routes.execute(echo, body={"seconds": 1.5}, wait=False)
    with pytest.raises(TimeoutError) as waited:
        client.routes.poll_action(str(action.id), poll_interval=0.2, timeout=0.3)
    assert vars(waited.value)["action_id"] == str(action.id)
    assert action.wait(poll_interval=0.2).is_success


def test_a_finished_run_takes_no_callback_and_no_other_token(client_for, alice, echo):
    client = client_for(alice)
    action = run(client, echo)
    answer = httpx.post(
        f"{client.base_url}/actions/{action.id}/response",
        headers={"ouro-webhook-token": "guessed"},
        json={"status": "completed", "response": {}},
    )
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"
    assert action.refresh().response == {"number": 1}


def test_the_page_for_developers_keeps_its_promise(client_for, alice, monkeypatch, tmp_path):
    """Its file is started, published and run, word for word."""
    first_service = importlib.import_module("examples.first_service")
    monkeypatch.setenv("OURO_API_KEY", alice.key)
    monkeypatch.setattr(ouro, "Ouro", lambda **options: client_for(alice, **options))
    path = tmp_path / "iron.cif"
    path.write_text("data_iron\n_cell_length_a 2.87\n")
    client = client_for(alice)
    iron = client.files.create(name="Iron to stretch", visibility="private", file_path=str(path))
    with upstream.serving(first_service.app) as address:
        service = first_service.publish(address)
        assert {route.name for route in service.read_routes()} == {"Stretch a cell", "Scan strains"}
        stretched = service.execute_route(
            "stretch-a-cell", body={"strain": 0.1}, input_assets={"structure": str(iron.id)}
        )
        assert stretched.final_data["length"] == pytest.approx(3.157)
        assert stretched.final_data["report"]["id"]
        file = client.files.retrieve(stretched.final_data["stretched"]["id"])
        assert "_cell_length_a 3.157" in httpx.get(file.data.url).text
        scanned = service.execute_route(
            "scan-strains", body={"points": 5}, poll_interval=0.3, poll_timeout=120
        )
        assert scanned.final_data["curve"]["asset_type"] == "dataset"
        said = [line.message for line in scanned.read_logs(chronological=True)]
        assert "Scanning 5 strains" in said
