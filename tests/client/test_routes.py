"""Services and routes as programs use them: made, found, run, chained and changed."""

import uuid
from types import SimpleNamespace
from typing import Any

import httpx
import ouro
import pytest

from tests.client import upstream

CIF = b"data_iron\n_cell_length_a 2.87\n"


@pytest.fixture(scope="session")
def address():
    with upstream.serving(upstream.application()) as address:
        yield address


@pytest.fixture
def own():
    """An address that no other service has."""
    with upstream.serving(upstream.application()) as address:
        yield address


@pytest.fixture(scope="session")
def materials(site, cast, address):
    """Alice's service, made by the client from its OpenAPI document."""
    client = ouro.Ouro(api_key=cast["people"]["alice"]["key"], base_url=site.api)
    service = client.services.create(
        name="Materials", base_url=address, spec_url=f"{address}/openapi.json", visibility="public"
    )
    return SimpleNamespace(
        id=str(service.id), routes={route.name: str(route.id) for route in service.read_routes()}
    )


@pytest.fixture
def iron(client_for, alice, unique, tmp_path):
    path = tmp_path / "iron.cif"
    path.write_bytes(CIF)
    file = client_for(alice).files.create(
        name=unique("Iron"), visibility="private", file_path=str(path)
    )
    return str(file.id)


def route_of(client, materials, name):
    return client.routes.retrieve(materials.routes[name])


# Services


def test_a_service_is_made_from_its_document(client_for, alice, materials, address):
    service = client_for(alice).services.retrieve(materials.id)
    assert service.metadata.base_url == address
    assert service.metadata.authentication == "None"
    assert service.metadata.spec_url == f"{address}/openapi.json"
    assert service.read_spec()["info"]["title"] == "Materials Service"
    assert "Relax Structure" in {route.name for route in service.read_routes()}
    assert materials.id in {str(one.id) for one in client_for(alice).services.list()}


def test_an_address_is_one_service(client_for, alice, bob, materials, address, unique):
    with pytest.raises(ouro.ConflictError) as refused:
        client_for(alice).services.create(name=unique("Twice"), base_url=f"{address}/")
    assert "Materials has this address already" in str(refused.value)
    secret = client_for(bob).services.create(
        name=unique("Secret"), base_url=f"{address}/bob", visibility="private"
    )
    other = client_for(alice).services.create(name=unique("Open"), base_url=f"{address}/bob")
    assert other.id != secret.id
    with pytest.raises(ouro.ConflictError):
        client_for(alice).services.update(str(other.id), base_url=address)


def test_an_address_without_a_document_is_refused_in_words(client_for, alice, address, unique):
    with pytest.raises(ouro.BadRequestError) as refused:
        client_for(alice).services.create(
            name=unique("Nothing"), base_url=f"{address}/none", spec_url="http://127.0.0.1:9/spec"
        )
    assert "spec_url" in str(refused.value)


def test_a_service_is_changed_refreshed_and_deleted(client_for, alice, address, unique):
    client = client_for(alice)
    service = client.services.create(
        name=unique("Changing"), base_url=f"{address}/v2", spec_url=f"{address}/openapi.json"
    )
    kept = {route.route.path: route.id for route in service.read_routes()}
    changed = client.services.update(str(service.id), description="Other words", version="2")
    assert changed.description.text == "Other words"
    assert changed.metadata.version == "2"
    refreshed = client.services.update(str(service.id), refresh_spec=True)
    assert {route.route.path: route.id for route in refreshed.read_routes()} == kept
    would = client.services.delete(str(service.id), dry_run=True)
    assert would.dry_run
    assert len(would.deleted_children) == len(kept)
    assert client.services.retrieve(str(service.id)).name == changed.name
    with pytest.raises(ouro.ConflictError):
        client.services.delete(str(service.id), delete_children=False)
    client.services.delete(str(service.id))
    with pytest.raises(ouro.NotFoundError):
        client.services.retrieve(str(service.id))


def test_a_secret_is_stored_and_never_shown(client_for, alice, bob, address, unique):
    client = client_for(alice)
    service = client.services.create(
        name=unique("Secret"), base_url=f"{address}/secret", visibility="public"
    )
    first = client.services.set_authentication(str(service.id), "s3cret", "Personal Access Token")
    again = client.services.set_authentication(str(service.id), "s3cret", "Personal Access Token")
    assert (first.rotated, again.rotated) == (True, False)
    shown = client.services.retrieve(str(service.id))
    assert shown.metadata.authentication == "Personal Access Token"
    assert "s3cret" not in shown.model_dump_json()
    with pytest.raises(ouro.PermissionDeniedError):
        client_for(bob).services.set_authentication(str(service.id), "mine")


# Routes


def test_a_route_is_found_by_id_and_by_identifier(client_for, alice, materials):
    client = client_for(alice)
    by_id = client.routes.retrieve(materials.routes["Relax Structure"])
    by_name = client.routes.retrieve("alice/relax-structure")
    assert by_id.id == by_name.id
    assert by_id.route.method == "POST"
    assert by_id.route.path == "/relax"
    assert str(by_id.parent_id) == materials.id
    assert by_id.url.endswith("/routes/alice/relax-structure")
    assert by_id.route.input_assets["structure"].asset_type == "file"
    assert by_id.route.input_assets["structure"].input_file_extensions == ["cif"]
    assert by_id.route.input_assets["structure"].body_path == "structure"
    assert by_id.route.input_type == "file"
    assert by_id.route.input_file_extensions == ["cif"]
    assert by_id.route.output_assets["relaxed_structure"].primary is True
    assert by_id.route.output_assets["summary"].asset_type == "post"
    assert by_id.description.text == "Relax the atoms of a crystal structure."


def test_references_of_a_body_are_resolved_and_platform_headers_hidden(
    client_for, alice, materials
):
    route = route_of(client_for(alice), materials, "Phonon Band Structure").route
    fmax = route.request_body["content"]["application/json"]["schema"]["properties"]["fmax"]
    assert fmax["default"] == 0.05
    assert fmax["exclusiveMinimum"] == 0
    element = route_of(client_for(alice), materials, "Look up an element").route
    assert [one["name"] for one in element.parameters] == ["symbol", "digits"]
    explore = route_of(client_for(alice), materials, "Explore").route
    assert explore.parameters == []
    assert explore.execution_mode == "async"


def test_an_unknown_route_is_not_found(client_for, alice):
    with pytest.raises(ouro.NotFoundError):
        client_for(alice).routes.retrieve("alice/no-such-route")
    with pytest.raises(ouro.NotFoundError):
        client_for(alice).routes.retrieve(str(uuid.uuid4()))


def test_routes_are_declared_changed_and_deleted_one_by_one(client_for, alice, own, unique):
    client = client_for(alice)
    service = client.services.create(name=unique("By hand"), base_url=own)
    schema = {"type": "object", "properties": {"status": {"type": "integer"}}}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    made = client.routes.create(
        str(service.id), "POST", "/answer", request_body=body,
        output_assets={"report": {"asset_type": "post", "optional": True}},
    )  # fmt: skip
    assert made.name == "POST /answer"
    assert made.slug.startswith("post-answer")
    assert made.visibility == "inherit"
    assert made.execute(body={"said": {"energy": 1}}).final_data == {"energy": 1}
    with pytest.raises(ouro.ConflictError):
        client.routes.create(str(service.id), "POST", "/answer")
    with pytest.raises(ouro.BadRequestError):
        client.routes.create(str(service.id), "SHOUT", "/answer")
    changed = client.routes.update(str(made.id), description="Says it back", execution_mode="async")
    assert changed.description.text == "Says it back"
    assert changed.route.execution_mode == "async"
    assert changed.route.request_body == made.route.request_body
    assert changed.route.output_assets.keys() == {"report"}
    renamed = client.routes.update(str(made.id), name=unique("Echo"))
    assert renamed.slug.startswith("echo-")
    assert client.routes.delete(str(made.id), dry_run=True).dry_run
    client.routes.delete(str(made.id))
    with pytest.raises(ouro.NotFoundError):
        client.routes.retrieve(str(made.id))


def test_a_run_of_a_service_by_its_slug(client_for, alice, materials):
    service = client_for(alice).services.retrieve(materials.id)
    action = service.execute_route(
        "look-up-an-element", params={"symbol": "Fe"}, query={"digits": 1}
    )
    assert action.final_data == {"symbol": "Fe", "mass": 55.8}


# Running


def test_a_run_with_an_asset_saves_its_outputs(client_for, alice, materials, iron, alloys):
    client = client_for(alice)
    route = client.routes.retrieve("alice/relax-structure")
    action = route.execute(
        body={"model": "orb-v3", "fmax": 0.05},
        input_assets={"structure": iron},
        output={"visibility": "private", "team_id": alloys.id},
    )
    assert action.status == "success"
    assert action.is_success
    assert action.response["energy"] == -8.1
    assert [row["name"] for row in action.input_assets] == ["structure"]
    assert [row["name"] for row in action.output_assets] == ["relaxed_structure", "summary"]
    assert action.output_assets[0]["is_primary"]
    result = action.final_data
    assert result["energy"] == -8.1
    relaxed = client.files.retrieve(result["relaxed_structure"]["id"])
    assert relaxed.visibility == "private"
    assert str(relaxed.team_id) == alloys.id
    assert httpx.get(relaxed.data.url).content == CIF + b"# relaxed\n"
    assert str(action.output_asset_id) == result["relaxed_structure"]["id"]
    assert result["summary"]["asset_type"] == "post"


def test_a_run_in_the_organization_of_the_client(client_for, alice, materials, iron, lab):
    client = client_for(alice, organization="lab")
    action = client.routes.execute(
        materials.routes["Relax Structure"], input_assets={"structure": iron}
    )
    assert action.final_data["summary"]["org_id"] == lab.id


def test_outputs_go_into_the_next_route(client_for, alice, materials, iron):
    client = client_for(alice)
    relax = client.routes.retrieve("alice/relax-structure")
    phonons = client.routes.retrieve("alice/phonon-band-structure")
    first = relax.execute(input_assets={"structure": iron})
    relaxed = first.final_data["relaxed_structure"]["id"]
    second = phonons.execute(input_assets={"structure": relaxed}, wait=True, poll_timeout=3600)
    assert second.final_data["report"]["id"]
    assert second.final_data["bands"]["asset_type"] == "dataset"
    assert second.final_data["report"]["name"].startswith("Phonons of Relaxed")


def test_an_older_single_input_goes_to_the_primary_one(client_for, alice, materials, iron):
    action = client_for(alice).routes.execute(
        materials.routes["Relax Structure"],
        body={},
        input_asset={"assetId": iron, "assetType": "file"},
    )
    assert action.is_success


def test_a_run_that_does_not_wait_is_polled(client_for, alice, materials):
    client = client_for(alice)
    route = route_of(client, materials, "Answer with a status")
    action = route.execute(body={"said": {"energy": 2}, "seconds": 0.2}, wait=False)
    assert action.status in ("queued", "in-progress")
    done = client.routes.poll_action(str(action.id), poll_interval=0.5, timeout=60)
    assert done.final_data == {"energy": 2}


def test_an_async_route_calls_back(client_for, alice, materials):
    client = client_for(alice)
    route = client.routes.retrieve("alice/explore")
    action = route.execute(body={}, poll_interval=0.5, poll_timeout=120)
    assert action.final_data["report"]["name"] == "Exploration report"
    assert action.ack_at <= action.finished_at
    lines = client.routes.get_action_logs(str(action.id), chronological=True)
    assert "Half way" in [line.message for line in lines]
    assert lines[0].created_at <= lines[-1].created_at


def test_an_async_route_answers_202_to_one_who_waits(client_for, alice, site, materials):
    client = client_for(alice)
    route = materials.routes["Explore"]
    answer = httpx.post(
        f"{site.api}/services/{materials.id}/routes/{route}/use",
        headers={"Authorization": f"Bearer {client.access_token}"},
        json={"config": {"body": {}}},
        timeout=60,
    )
    assert answer.status_code in (200, 202)  # 200 if it had called back by then
    assert answer.json()["action"]["status"] in ("in-progress", "success")


def test_a_failing_callback_ends_the_run_in_error(client_for, alice, materials):
    client = client_for(alice)
    route = client.routes.retrieve("alice/explore")
    with pytest.raises(ouro.ExternalServiceError) as failed:
        route.execute(body={"fail": True}, poll_interval=0.5, poll_timeout=120, raise_on_error=True)
    assert "Nothing was found." in str(failed.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500, 503])
def test_what_the_service_refuses_is_an_action_in_error(client_for, alice, materials, status):
    client = client_for(alice)
    route = route_of(client, materials, "Answer with a status")
    before = client.routes.stats(str(route.id)).total
    action = route.execute(body={"status": status, "said": {"detail": "no user context"}})
    assert action.status == "error"
    assert action.is_error
    assert action.upstream_status_code == status
    assert "user context" in action.response["error"]["message"]
    # Once, and not again with a new token.
    assert client.routes.stats(str(route.id)).total == before + 1


def test_raise_on_error_tells_of_the_service(client_for, alice, materials):
    route = route_of(client_for(alice), materials, "Answer with a status")
    with pytest.raises(ouro.ExternalServiceError) as failed:
        route.execute(body={"status": 503, "said": {"detail": "asleep"}}, raise_on_error=True)
    assert failed.value.retryable
    assert failed.value.status_code == 503


def first_field(refused: Any) -> str:
    return str(refused.value.body["error"]["errors"][0]["field"])


def test_wrong_input_is_refused_before_a_run_and_names_the_field(
    client_for, alice, materials, iron
):
    client = client_for(alice)
    route = route_of(client, materials, "Phonon Band Structure")
    with pytest.raises(ouro.UnprocessableEntityError) as refused:
        route.execute(body={"fmax": 7}, input_assets={"structure": iron})
    assert first_field(refused) == "body.fmax"
    relax = route_of(client, materials, "Relax Structure")
    with pytest.raises(ouro.UnprocessableEntityError) as refused:
        relax.execute(body={})
    assert first_field(refused) == "input_assets.structure"
    with pytest.raises(ouro.UnprocessableEntityError):
        route.execute(body={}, input_assets={"structure": "not-an-id"})
    assert len(client.routes.list_actions(route, status="error")) == 0


def test_what_one_may_not_read_is_refused_like_what_is_not_there(client_for, bob, materials, iron):
    route = route_of(client_for(bob), materials, "Relax Structure")
    for given in (iron, str(uuid.uuid4())):
        with pytest.raises(ouro.UnprocessableEntityError) as refused:
            route.execute(input_assets={"structure": given})
        assert "does not exist, or you may not read it" in str(refused.value)


def test_many_callers_wait_without_holding_up_the_site(client_for, alice, site, materials):
    """More callers than the site has threads, all for a second and a half."""
    from concurrent.futures import ThreadPoolExecutor

    client = client_for(alice)
    url = (
        f"{site.api}/services/{materials.id}/routes/{materials.routes['Answer with a status']}/use"
    )
    headers = {"Authorization": client.access_token}

    def run(_):
        body = {"config": {"body": {"seconds": 1.5, "said": {"ok": True}}}}
        return httpx.post(url, headers=headers, json=body, timeout=120).json()["data"]

    with ThreadPoolExecutor(40) as pool:
        waiting = [pool.submit(run, number) for number in range(40)]
        meanwhile = []
        while not all(one.done() for one in waiting):
            answer = httpx.get(f"{site.api}/user", headers=headers, timeout=120)
            assert answer.status_code == 200
            meanwhile.append(not all(one.done() for one in waiting))
        assert any(meanwhile)
        assert [one.result() for one in waiting] == [{"ok": True}] * 40


def test_stats_and_cost(client_for, alice, materials, iron):
    client = client_for(alice)
    route = route_of(client, materials, "Answer with a status")
    route.execute(body={})
    slow = route.execute(body={"seconds": 1}, wait=False)
    stats = client.routes.stats(str(route.id))
    assert stats.total >= stats.user_total >= 2
    assert slow.id in [action.id for action in stats.in_progress]
    cost = client.routes.cost(str(route.id), iron)
    assert cost.total_cost == 0
    assert cost.currency == "usd"
    assert client.routes.poll_action(str(slow.id), poll_interval=0.5).is_success
    measured = client.routes.retrieve(str(route.id))
    assert measured.metrics.latency_sample_count >= 2
    assert measured.metrics.p95_completion_ms >= measured.metrics.p50_completion_ms


def test_the_routes_that_take_a_file_are_found_from_it(client_for, alice, materials, iron):
    assets = client_for(alice).assets
    relax = materials.routes["Relax Structure"]
    assert relax in {str(route.id) for route in assets.compatible_routes(iron)}
    first = assets.compatible_routes(iron, query="relax the structure", limit=1)
    assert [str(route.id) for route in first] == [relax]
    for sort in ("popular", "recent", "updated"):
        found = assets.compatible_routes(iron, sort=sort, output_type="file", limit=200)
        assert relax in {str(route.id) for route in found}
    assert relax in {
        str(route.id)
        for route in assets.compatible_routes(
            iron,
            output_asset_type="file",
            output_file_extension="cif",
        )
    }
    for nothing in ({"output_file_extension": "png"}, {"contains_file_extension": "cif"}):
        assert not list(assets.compatible_routes(iron, **nothing))
