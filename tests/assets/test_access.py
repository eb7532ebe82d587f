import pytest
from django.contrib.auth.models import AnonymousUser

from ouro_web.assets.models import Asset
from ouro_web.assets.sharing import grant
from ouro_web.teams.membership import join_organization, join_team

LEVELS = ["visible_to", "readable_by", "editable_by", "managed_by"]


def reaches(person, asset) -> list[str]:
    """The levels at which this person reaches the asset, in order."""
    return [level for level in LEVELS if getattr(Asset.objects, level)(person).filter(pk=asset.pk)]


READS, EDITS, MANAGES = LEVELS[:2], LEVELS[:3], LEVELS


@pytest.fixture
def people(alice, bob, rita, carol, make_user, alloys):
    team_admin, org_admin = make_user("tina"), make_user("oscar")
    join_team(alloys, team_admin, "admin")
    join_organization(alloys.organization, org_admin, "admin")
    return {
        "anonymous": AnonymousUser(),
        "stranger": carol,
        "org_member": rita,
        "team_write": bob,
        "team_admin": team_admin,
        "org_admin": org_admin,
        "owner": alice,
    }


EXPECTED = {
    "public": [READS, READS, READS, EDITS, MANAGES, MANAGES, MANAGES],
    "organization": [[], [], READS, EDITS, MANAGES, MANAGES, MANAGES],
    "private": [[], [], [], [], [], [], MANAGES],
    "monetized": [LEVELS[:1], LEVELS[:1], LEVELS[:1], EDITS, MANAGES, MANAGES, MANAGES],
}


@pytest.mark.parametrize("visibility", EXPECTED)
def test_each_role_reaches_what_the_matrix_says(visibility, people, make_asset):
    asset = make_asset(visibility=visibility)
    assert [reaches(person, asset) for person in people.values()] == EXPECTED[visibility]


@pytest.mark.parametrize("visibility", ["public", "organization", "private", "monetized"])
def test_a_child_that_inherits_is_reached_like_its_parent(visibility, people, make_asset):
    parent = make_asset("Parent", visibility=visibility)
    child = make_asset("Child", visibility="inherit")
    Asset.objects.filter(pk=child.pk).update(parent=parent)
    assert [reaches(person, child) for person in people.values()] == EXPECTED[visibility]


@pytest.mark.parametrize(("role", "levels"), [("read", READS), ("write", EDITS), ("admin", LEVELS)])
def test_a_grant_opens_a_private_asset_to_one_person(role, levels, make_asset, carol, rita, alice):
    asset = make_asset(visibility="private")
    grant(asset, to=carol, role=role, by=alice)
    assert reaches(carol, asset) == levels
    assert reaches(rita, asset) == []


def test_a_suspended_owner_counts_as_signed_out(make_asset, alice):
    asset = make_asset(visibility="private")
    alice.is_active = False
    assert reaches(alice, asset) == []


def test_a_person_who_leaves_the_team_loses_access_at_once(make_asset, make_user, alloys):
    from ouro_web.teams.membership import leave_team

    dana = make_user("dana")
    join_team(alloys, dana, "write")
    asset = make_asset(visibility="organization")
    assert reaches(dana, asset) == EDITS
    leave_team(alloys, dana)
    assert reaches(dana, asset) == []
