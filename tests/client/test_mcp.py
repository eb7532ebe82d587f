"""The official MCP server over standard input and output, on behalf of alice."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.client import upstream

pytest.importorskip("ouro_mcp")


@pytest.fixture
def tool(site, alice):
    """tool(steps): runs the coroutine with a function that calls a tool and reads its answer."""
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    server = StdioServerParameters(
        command=str(Path(sys.executable).parent / "ouro-mcp"),
        env={"OURO_API_KEY": alice.key, "OURO_BASE_URL": site.api, "PATH": os.environ["PATH"]},
    )

    def run(steps) -> None:
        async def session_of() -> None:
            async with stdio_client(server) as streams, ClientSession(*streams) as session:
                await session.initialize()

                async def call(name: str, /, **arguments: Any) -> Any:
                    answer = await session.call_tool(name, arguments)
                    text = "".join(getattr(part, "text", "") for part in answer.content)
                    assert not getattr(answer, "isError", getattr(answer, "is_error", False)), text
                    found = _read(text)
                    is_run = isinstance(found, dict) and "action_id" in found  # which may fail
                    assert is_run or not (isinstance(found, dict) and found.get("error")), found
                    return found

                await steps(call)

        asyncio.run(session_of())

    return run


def _read(text: str) -> Any:
    """Some tools answer in JSON, some in words."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def test_writing_finding_and_talking(tool, lab, alloys, unique, tmp_path):
    place = {"org_id": str(lab.id), "team_id": str(alloys.id)}

    async def steps(call):
        name = unique("notes of mcp")
        made = await call("create_post", name=name, content_markdown="# Hi\n\n`{@bob}`", **place)
        pk = made["id"]
        await call("update_post", id=pk, content_markdown="# Hi\n\nthere")
        comment = await call("write_comment", parent_id=pk, content_markdown="First!")
        await call("write_comment", parent_id=comment["id"], content_markdown="Second")
        assert "First!" in json.dumps(await call("list_comments", parent_id=pk))
        found = await call("get_asset", id=pk, detail="full")
        assert "there" in json.dumps(found)
        assert name in json.dumps(await call("search_assets", query=name))
        await call("get_asset_connections", asset_id=pk)
        await call("list_asset_actions", asset_id=pk)
        await call("get_compatible_routes", asset_id=pk)
        assert await call("delete_asset", id=pk)

    tool(steps)


def test_conversations(tool, lab, bob, unique):
    async def steps(call):
        name = unique("talk of mcp")
        made = await call(
            "create_conversation", member_user_ids=[bob.id], name=name, org_id=str(lab.id)
        )
        assert bob.id in made["member_user_ids"]
        pk = made["id"]
        await call("update_conversation", id=pk, summary="About the cut-off")
        assert (await call("get_conversation", id=pk))["summary"] == "About the cut-off"
        listed = await call("list_conversations")
        assert name in listed
        assert "@bob" in listed
        said = await call("send_message", conversation_id=pk, text="See **this**, `{@bob}`.")
        assert said["text"] == "See **this**, `{@bob}`."
        assert "See **this**" in json.dumps(await call("list_messages", conversation_id=pk))
        assert (await call("leave_conversation", id=pk))["left"]

    tool(steps)


def test_datasets_and_teams(tool, lab, alloys, unique):
    place = {"org_id": str(lab.id), "team_id": str(alloys.id)}

    async def steps(call):
        rows = json.dumps([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}])
        made = await call("create_dataset", name=unique("rows"), data=rows, **place)
        counted = await call(
            "query_dataset", dataset_id=made["id"], sql="SELECT count(*) AS n FROM {{table}}"
        )
        assert "| 2 |" in counted
        await call("update_dataset", id=made["id"], data=rows, data_mode="append")
        added = [{"op": "add", "name": "c", "type": "text"}]
        await call("edit_dataset_columns", dataset_id=made["id"], operations=added)
        view = await call(
            "write_dataset_view", dataset_id=made["id"], name="By a",
            sql_query="SELECT a, count(*) AS n FROM {{table}} GROUP BY 1",
            config={"type": "bar", "category": {"dataKey": "a"}, "series": [{"dataKey": "n"}]},
        )  # fmt: skip
        assert "By a" in told(await call("list_dataset_views", dataset_id=made["id"]))
        await call("delete_dataset_view", dataset_id=made["id"], view_id=view["id"])
        assert str(alloys.id) in json.dumps(await call("list_teams", org_id=str(lab.id)))
        await call("get_team", id=str(alloys.id))
        await call("get_team_feed", team_id=str(alloys.id))

    tool(steps)


def test_a_route_is_run_and_its_action_followed(tool, lab, alloys, bob, unique):
    place = {"org_id": str(lab.id), "team_id": str(alloys.id)}

    async def steps(call):
        with upstream.serving(upstream.application()) as address:
            service = await call(
                "create_service",
                name=unique("Materials"),
                base_url=address,
                spec_url=f"{address}/openapi.json",
                **place,
            )
            described = await call("get_asset", id=service["id"], detail="full")
            routes = {each["name"]: each["id"] for each in described["routes"]}
            file = await call(
                "create_file", name=unique("Cell"), file_name="cell.cif",
                file_content_text="data_Fe", **place,
            )  # fmt: skip
            assert "Relax Structure" in told(
                await call("get_compatible_routes", asset_id=file["id"])
            )
            action = await run(call, routes["Relax Structure"], file["id"])
            await looked_at(call, action, routes["Relax Structure"], file["id"])
            await declared(call, service["id"], unique)
            failed = await call(
                "execute_route", route_id=routes["Answer with a status"],
                body={"status": 422, "said": {"detail": "Too cold"}}, notify="failure",
            )  # fmt: skip
            assert "Too cold" in told(failed)
            assert "failed" in told(await call("list_notifications", category="actions"))
            await call("share_asset", id=file["id"], user_id=str(bob.id), role="read")
            await call("delete_asset", id=service["id"])

    tool(steps)


async def run(call, route: str, file: str) -> str:
    """The relaxed structure comes back as a file, and the summary as a post."""
    given = {"body": {"fmax": 0.02}, "input_assets": {"structure": {"assetId": file}}}
    planned = await call("execute_route", route_id=route, dry_run=True, **given)
    assert "structure" in told(planned)
    begun = await call("execute_route", route_id=route, wait=False, **given)
    action = begun.get("action_id") or begun["id"]
    ended = await call("get_action", id=action, wait=True, include_logs=True)
    assert ended["status"] == "success", ended
    assert "relaxed_structure" in told(ended)
    assert "Finished" in told(await call("get_action_logs", action_id=action))
    return str(action)


async def looked_at(call, action: str, route: str, file: str) -> None:
    assert action in told(await call("list_my_actions", status="success"))
    assert action in told(await call("list_route_actions", route_id=route))
    assert action in told(await call("list_asset_actions", asset_id=file, role="input"))
    ended = await call("get_action", id=action)
    made = next(each for each in ended["output_assets"] if each["name"] == "relaxed_structure")
    pk = (made.get("asset") or made).get("id") or made["asset_id"]
    assert file in told(await call("get_asset", id=pk, detail="full"))
    assert file in told(await call("get_asset_connections", asset_id=pk))
    assert await call("download_asset", id=pk)


async def declared(call, service: str, unique) -> None:
    """A route that no document names."""
    name = unique("Bulk modulus")
    made = await call(
        "create_route", service_id=service, method="POST", path="/modulus", name=name,
        request_body={"content": {"application/json": {"schema": {"type": "object"}}}},
    )  # fmt: skip
    await call("update_route", id=made["id"], description="Stiffness of a crystal")
    await call("update_service", id=service, description="All of it")
    assert "Stiffness" in told(await call("get_asset", id=made["id"]))
    assert made["id"] in told(await call("search_assets", query=name, asset_type="route"))
    await call("delete_asset", id=made["id"])


def test_files_go_up_by_address_and_are_replaced(tool, client_for, alice, lab, alloys, unique):
    place = {"org_id": str(lab.id), "team_id": str(alloys.id)}

    async def steps(call):
        slot = await call("create_upload_url", file_name="cell.cif")
        [address] = re.findall(r"https?://[^\s'\"]+", slot["command"])
        assert httpx.put(address, content=b"data_Fe").is_success
        made = await call("create_file", name=unique("Cell"), upload_id=slot["upload_id"], **place)
        await call("update_file", id=made["id"], file_content_text="data_Cu", file_name="cell.cif")
        content = client_for(alice).files.retrieve(made["id"]).data.url
        assert httpx.get(content).content == b"data_Cu"

    tool(steps)


def test_requests_to_join_and_the_inbox(tool, client_for, alice, lab, bob, unique):
    async def steps(call):
        admin, asking = client_for(alice), client_for(bob)
        name = unique("guild").replace(" ", "-")
        team = str(admin.teams.create(name, org_id=lab.id, join_policy="request").id)
        asking.teams.join(team)
        [request] = admin.teams.list_join_requests(team)
        assert str(request.id) in told(await call("list_join_requests", team_id=team))
        await call(
            "review_join_request", team_id=team, request_id=str(request.id), decision="approve"
        )
        assert asking.teams.retrieve(team).join_status == "joined"
        newest = admin.notifications.list(limit=1).data[0]
        read = await call("read_notification", ids=[str(newest.id)])
        assert read["read_ids"] == [str(newest.id)]

    tool(steps)


def test_a_site_without_payments_says_so_in_words(tool, bob):
    async def steps(call):
        for currency in ("btc", "usd"):
            assert "0" in told(await call("get_balance", currency=currency))
            assert "o transactions" in told(await call("list_transactions", currency=currency))
        assert told(await call("list_usage"))
        assert "0" in told(await call("get_pending_earnings"))

    tool(steps)


def test_people_teams_and_notifications(tool, lab, bob, unique):
    async def steps(call):
        me = told(await call("get_me"))
        assert "alice" in me
        assert "lab" in told(await call("list_organizations"))
        assert str(bob.id) in told(await call("search_users", query="bob"))
        assert await call("get_user", username="bob")
        assert await call("get_impact")
        name = unique("phases").replace(" ", "-")
        team = await call(
            "create_team", name=name, description="What is **new**", org_id=str(lab.id)
        )
        await call("update_team", id=team["id"], description="Alloys", join_policy="request")
        assert "Alloys" in told(await call("get_team", id=team["id"], include_members=True))
        assert await call("list_join_requests", team_id=team["id"]) is not None
        await call("set_team_membership", team_id=team["id"], member=False)
        assert await call("list_notifications", unread_only=True)

    tool(steps)


def test_a_quest_is_planned_answered_and_reviewed(tool, lab, alloys, alice, unique):
    place = {"org_id": str(lab.id), "team_id": str(alloys.id)}

    async def steps(call):
        row = {
            "description": "Hand in a *table*",
            "submission_assets": {"table": {"asset_type": "dataset", "label": "Your table"}},
        }
        quest = await call(
            "create_quest", name=unique("quest"), description_markdown="# Why\n\n`{@bob}`",
            items=["Look around", row], type="continuous", status="draft", **place,
        )  # fmt: skip
        pk, (first, second) = quest["id"], quest["items"]
        assert second["contributor_keys"] == [
            {"key": "table", "label": "Your table", "required": True}
        ]
        made = await call("create_quest_items", quest_id=pk, items=["One more"])
        await call("delete_quest_item", quest_id=pk, item_id=made[0]["id"])
        await call(
            "update_quest_item", quest_id=pk, item_id=first["id"], assignee_id=str(alice.id),
            waiting_on="beam", waiting_until="2030-01-01T00:00:00Z", waiting_check_every="1d",
        )  # fmt: skip
        assert "Look around" in told(await call("list_assigned_quest_items"))
        cleared = {"waiting_on": "", "waiting_until": "", "waiting_check_every": ""}
        item = await call("update_quest_item", quest_id=pk, item_id=first["id"], **cleared)
        assert item["waiting_until"] is None
        await call("update_quest", id=pk, status="open", description_markdown="Other")
        rows = json.dumps([{"a": 1}])
        table = await call("create_dataset", name=unique("rows"), data=rows, **place)
        entry = await call(
            "submit_quest_entry", quest_id=pk, item_id=second["id"],
            assets={"table": table["id"]}, description_markdown="It is **here**",
        )  # fmt: skip
        assert "here" in told(await call("list_quest_entries", quest_id=pk, status="submitted"))
        await call(
            "review_quest_entry", quest_id=pk, entry_id=entry["id"], status="accepted",
            review_markdown="Good",
        )  # fmt: skip
        await call("complete_quest_item", quest_id=pk, item_id=first["id"], description="Done")
        assert "progress: 1/2" in told(await call("list_quest_items", quest_id=pk))
        found = await call("get_asset", id=pk, detail="full")
        assert found["quest"] == {"type": "continuous", "status": "open"}
        assert pk in told(await call("search_assets", query=quest["name"], asset_type="quest"))
        await call("delete_asset", id=pk)

    tool(steps)


def told(answer: Any) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer)
