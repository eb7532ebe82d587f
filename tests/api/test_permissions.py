"""The permission matrix, generated from its file: each operation of the API and the page of the
asset, for each role and visibility. Nothing is sold on this site, so there are no buyers; the
audit log of an asset is not kept. A program without a key is nobody, so it is always told 401.
An input that one may not see is named in a 422, in the words of one that never existed."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from ouro_web.actions import run
from ouro_web.actions.call import Call
from ouro_web.services.models import Route
from tests.conftest import shared

VISIBILITIES = [
    "public", "organization", "private", "monetized", "inherit_public", "inherit_private",
]  # fmt: skip
NO_WAIT = {"prefer": "respond-async"}
UNKNOWN = "0190a8b0-0000-7000-8000-000000000000"
# operation -> kind of asset, method, address, body
OPERATIONS: dict[str, tuple[str, str, str, Any]] = {
    "read_metadata": ("post", "GET", "/posts/{pk}", None),
    "read_content_bytes_rows_body": ("file", "POST", "/assets/{pk}/download", {}),
    "download_signed_url": ("file", "GET", "/files/{pk}/data", None),
    "sql_query": ("dataset", "POST", "/datasets/{pk}/query-custom", {"query": "SELECT 1 AS n"}),
    "see_connections_of_asset": ("post", "GET", "/assets/{pk}/connections", None),
    "comment": ("post", "POST", "/comments/create",
                {"comment": {"parent_id": "{pk}"}, "content": "words"}),
    "edit": ("post", "PUT", "/posts/{pk}", {"post": {"description": "other"}}),
    "replace_content": ("post", "PUT", "/posts/{pk}", {"post": {}, "content": "other"}),
    "change_visibility": ("post", "PUT", "/posts/{pk}", {"post": {"visibility": "{other}"}}),
    "manage_grants": ("post", "PUT", "/assets/{pk}/share",
                      {"permission": {"user": {"user_id": "{other_person}"}, "role": "read"}}),
    "delete": ("post", "DELETE", "/posts/{pk}", None),
    "write_service_credential": ("service", "PUT", "/services/{pk}/authentication",
                                 {"method": "Personal Access Token", "secret": "s3cret-token"}),
    "move_team_or_org": ("post", "PUT", "/posts/{pk}", {"post": {"team_id": "{other_team}"}}),
    "execute_route": ("route", "POST", "/services/{service}/routes/{pk}/use", {"config": {}}),
    "use_as_route_input": ("file", "POST", "/services/{open}/routes/{taking}/use",
                           {"config": {"input_assets": {"structure": {"assetId": "{pk}"}}}}),
    "read_own_action": ("own", "GET", "/actions/{pk}", None),
    "read_others_action_and_logs": ("others", "GET", "/actions/{pk}/logs", None),
}  # fmt: skip


@pytest.fixture
def roles(alice, bob, rita, carol, make_user, alloys):
    from ouro_web.teams.membership import join_organization, join_team

    people = {"user": carol, "org_member": rita, "team_write": bob, "owner": alice}
    for name in ("team_member", "team_admin"):
        people[name] = make_user(name.replace("_", ""))
        join_organization(alloys.organization, people[name], "read")
        join_team(alloys, people[name], "read" if name == "team_member" else "admin")
    people["org_admin"] = make_user("orgadmin")
    join_organization(alloys.organization, people["org_admin"], "admin")
    return people | {name: make_user(name.replace("_", "")) for name in (
        "grantee_read", "grantee_write", "somebody")}  # fmt: skip


@pytest.fixture
def made(make_file, make_dataset, make_service, make_route, place, alice, roles):
    """made(visibility): an asset of each kind, with the grants of the two grantees."""
    from ouro_web.assets.models import Asset
    from ouro_web.assets.sharing import grant
    from ouro_web.posts import publish

    def make(visibility: str) -> dict[str, Asset]:
        own = visibility.removeprefix("inherit_")
        things = {
            "post": publish.create(place(alice, own), name="Alpha phases", text="words"),
            "file": make_file(visibility=own),
            "dataset": make_dataset(visibility=own),
            "service": make_service(visibility=own),
        }
        things["route"] = make_route(service=things["service"], visibility=own)
        if visibility != own:
            parent = publish.create(place(alice, own), name="Parent", text="words")
            Asset.objects.filter(pk__in=[row.pk for row in things.values()]).update(
                parent=parent, visibility="inherit"
            )
        for row in things.values():
            grant(Asset.objects.get(pk=row.pk), to=roles["grantee_read"], role="read", by=alice)
            grant(Asset.objects.get(pk=row.pk), to=roles["grantee_write"], role="write", by=alice)
        return things

    return make


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_programs_reach_what_the_matrix_says(visibility, made, roles, program, make_route, alloys):
    matrix = json.loads(shared("cases/permission_matrix.json").read_text())["matrix"][visibility]
    things, wrong = made(visibility), []
    runs = {role: run_of(things["route"], person) for role, person in roles.items()}
    other = "private" if visibility == "public" else "public"
    taking = make_route("Take", input_assets={"structure": {"asset_type": "file"}})
    other_team = alloys.organization.default_team
    asks = {name: program(person) for name, person in roles.items()} | {"anonymous": program()}
    for operation, (kind, method, path, body) in OPERATIONS.items():
        words = {"{other}": other, "{other_person}": str(roles["somebody"].pk),
                 "{service}": str(things["service"].pk), "{other_team}": str(other_team.pk),
                 "{taking}": str(taking.pk), "{open}": str(taking.service_id)}  # fmt: skip
        for role, ask in asks.items():
            subject = (
                things.get(kind) or runs[role if kind == "own" and role in runs else "somebody"]
            )
            words["{pk}"] = str(subject.pk)
            expected = matrix[operation].get(role)
            if expected is None:
                continue
            save = transaction.savepoint_create()
            answer = ask(method, fill(path, words), fill(body, words), headers=NO_WAIT)
            got = "allow" if answer.status_code < 300 else str(answer.status_code)
            transaction.savepoint_rollback(save)
            wanted = "401" if role == "anonymous" else expected
            if operation == "use_as_route_input" and wanted in ("404", "402"):
                wanted = "422"
            if got != wanted:
                wrong.append((operation, role, wanted, got, answer.content[:120]))
            if got == "404" or expected == "404" != wanted != "401":
                unknown = ask(method, fill(path, {**words, "{pk}": UNKNOWN}),
                              fill(body, {**words, "{pk}": UNKNOWN}), headers=NO_WAIT)  # fmt: skip
                assert unknown.content == answer.content, (operation, role)
    assert not wrong


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_lists_hold_what_the_matrix_says(visibility, made, roles, program):
    matrix = json.loads(shared("cases/permission_matrix.json").read_text())["matrix"][visibility]
    post = made(visibility)["post"]
    for role, person in roles.items():
        if expected := matrix["see_in_list_search_feed_count"].get(role):
            hits = program(person)("GET", "/search/assets?query=Alpha+phases").json()["data"]
            seen = str(post.pk) in {hit["id"] for hit in hits}
            assert seen == (expected == "allow"), role


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_pages_show_what_the_matrix_says(visibility, made, roles):
    matrix = json.loads(shared("cases/permission_matrix.json").read_text())["matrix"][visibility]
    things = made(visibility)
    pages = [row.get_absolute_url() for row in things.values()]
    others = run_of(things["route"], roles["somebody"]).get_absolute_url()
    for role, person in {**roles, "anonymous": None}.items():
        browser = Client()
        if person:
            browser.force_login(person)
        expected = status_for(matrix["read_metadata"].get(role))
        for page in pages if expected else ():
            assert browser.get(page).status_code == expected, (role, page)
        if person and person != roles["somebody"]:
            seen = status_for(matrix["read_others_action_and_logs"].get(role))
            assert browser.get(others).status_code == seen, role


@pytest.mark.parametrize("visibility", ["public", "organization", "private", "monetized"])
def test_pages_run_what_the_matrix_says(visibility, made, roles):
    """The button of the form."""
    matrix = json.loads(shared("cases/permission_matrix.json").read_text())["matrix"][visibility]
    where = made(visibility)["route"].get_absolute_url() + "/run"
    for role, person in roles.items():
        if expected := matrix["execute_route"].get(role):
            browser = Client()
            browser.force_login(person)
            save = transaction.savepoint_create()
            status = browser.post(where, {}).status_code
            transaction.savepoint_rollback(save)
            wanted = {302, 303} if expected == "allow" else {int(expected)}
            assert status in wanted, (role, expected, status)


def run_of(route, person):
    """A run of hers from when everybody might run it."""
    from ouro_web.assets.models import Asset

    rows = Asset.objects.filter(pk__in=[route.pk, route.service_id])
    before = dict(rows.values_list("pk", "visibility"))
    rows.update(visibility="public")
    action = run.start(Route.objects.get(pk=route.pk), person, Call())
    for pk, visibility in before.items():
        rows.filter(pk=pk).update(visibility=visibility)
    return action


def status_for(word: str | None) -> int:
    """0: the matrix says nothing."""
    return 200 if word == "allow" else int(word or 0)


def test_a_suspended_account_is_nobody(made, roles, program, alice):
    post, ask = made("public")["post"], program(alice)
    alice.is_active = False
    alice.save()
    assert ask("GET", f"/posts/{post.pk}").status_code == 401


def fill(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: fill(each, words) for key, each in value.items()}
    if isinstance(value, str):
        for name, word in words.items():
            value = value.replace(name, word)
    return value
