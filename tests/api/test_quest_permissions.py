"""The permission matrix for quests: each of their operations is one of the file's rows. Reading the
items is reading content, and whoever may read them may hand something in; adding one is replacing
content; deciding about entries is for those who manage grants."""

import json
from typing import Any

import pytest
from django.db import transaction

from ouro_web.assets.models import Asset
from ouro_web.assets.sharing import grant
from ouro_web.quests import entries, making
from ouro_web.quests.models import Item
from tests.api.test_permissions import UNKNOWN, VISIBILITIES, fill, roles  # noqa: F401 - a fixture
from tests.conftest import shared

ITEM = "/quests/{pk}/items/{item}"
ENTRY = "/quests/{pk}/entries/{entry}"
# Row of the matrix, method, address, body.
OPERATIONS: list[tuple[str, str, str, Any]] = [
    ("read_metadata", "GET", "/quests/{pk}", None),
    ("read_content_bytes_rows_body", "GET", "/quests/{pk}/items", None),
    ("read_content_bytes_rows_body", "GET", "/quests/{pk}/entries", None),
    ("read_content_bytes_rows_body", "GET", f"{ITEM}/leaderboard", None),
    ("read_content_bytes_rows_body", "POST", "/quests/{pk}/entries/create",
     {"entry": {"item_id": "{item}", "description": "Done"}}),
    ("edit", "PUT", "/quests/{pk}", {"quest": {"description": "other"}}),
    ("replace_content", "POST", "/quests/{pk}/items", {"items": ["more"]}),
    ("replace_content", "PUT", ITEM, {"item": {"notes": "other"}}),
    ("replace_content", "DELETE", "/quests/{pk}/items/{empty}", None),
    ("change_visibility", "PUT", "/quests/{pk}", {"quest": {"visibility": "{other}"}}),
    ("move_team_or_org", "PUT", "/quests/{pk}", {"quest": {"team_id": "{other_team}"}}),
    ("manage_grants", "PUT", "/quests/{pk}", {"quest": {"status": "cancelled"}}),
    ("manage_grants", "PUT", f"{ENTRY}/review", {"status": "accepted"}),
    ("manage_grants", "POST", f"{ITEM}/complete", {"description": "By hand"}),
    ("manage_grants", "PUT", "/assets/{pk}/share",
     {"permission": {"user": {"user_id": "{somebody}"}, "role": "read"}}),
    ("delete", "DELETE", "/quests/{pk}", None),
]  # fmt: skip


@pytest.fixture
def quest_of(place, alice, roles):  # noqa: F811
    """A quest of this visibility with an entry of alice's, and the grants of the two grantees."""

    def make(visibility: str):
        own = visibility.removeprefix("inherit_")
        rows = [{"description": "One"}, {"description": "Empty"}]
        quest = making.create(
            place(alice, own), name="Alpha phases", rows=rows, rules={"type": "continuous"}
        )
        if visibility != own:
            parent = making.create(place(alice, own), name="Parent")
            Asset.objects.filter(pk=quest.pk).update(parent=parent.pk, visibility="inherit")
        items = Item.objects.select_related("quest__owner", "eval_route").filter(quest=quest)
        entries.submit(items[0], contributor=alice, assets={}, text="Hers")
        items.update(leaderboard_enabled=True)
        for name in ("read", "write"):
            grant(quest.asset, to=roles[f"grantee_{name}"], role=name, by=alice)
        return quest

    return make


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_quests_are_open_as_the_matrix_says(visibility, quest_of, roles, program, alloys):  # noqa: F811
    matrix = json.loads(shared("cases/permission_matrix.json").read_text())["matrix"][visibility]
    quest, wrong = quest_of(visibility), []
    item, empty = quest.items.all()
    words = {
        "{pk}": str(quest.pk), "{item}": str(item.pk), "{empty}": str(empty.pk),
        "{entry}": str(quest.entries.get().pk), "{somebody}": str(roles["somebody"].pk),
        "{other}": "private" if visibility == "public" else "public",
        "{other_team}": str(alloys.organization.default_team.pk),
    }  # fmt: skip
    asks = {name: program(person) for name, person in roles.items()} | {"anonymous": program()}
    for row, method, path, body in OPERATIONS:
        for role, ask in asks.items():
            expected = matrix[row].get(role)
            if expected is None:
                continue
            save = transaction.savepoint_create()
            answer = ask(method, fill(path, words), fill(body, words))
            transaction.savepoint_rollback(save)
            got = "allow" if answer.status_code < 300 else str(answer.status_code)
            wanted = "401" if role == "anonymous" else expected
            if got != wanted:
                wrong.append((row, method, path, role, wanted, got, answer.content[:120]))
            if got == "404":
                hidden = ask(method, fill(path, {**words, "{pk}": UNKNOWN}), fill(body, words))
                assert hidden.content == answer.content, (path, role)
    assert not wrong
