import pytest
from django.core.exceptions import ValidationError

from ouro_web.assets.models import Asset
from ouro_web.assets.placement import Placement, checked, rename
from ouro_web.teams.membership import found_team
from ouro_web.teams.models import GLOBAL_ID, Organization


def test_without_a_choice_things_land_with_everybody(alice):
    placement = checked(alice, organization=None, team=None, visibility="public")
    assert (placement.organization.pk, placement.team.pk) == (GLOBAL_ID, GLOBAL_ID)
    assert placement.namespace == "alice"


def test_with_an_organization_the_address_begins_with_its_name(alice, alloys):
    placement = checked(alice, organization=alloys.organization, team=alloys, visibility="private")
    assert placement.namespace == "lab"


def test_organization_visibility_means_public_where_everybody_is(alice):
    placement = checked(alice, organization=None, team=None, visibility="organization")
    assert placement.visibility == "public"


def test_a_strangers_organization_is_refused_at_its_field(carol, alloys):
    with pytest.raises(ValidationError) as refused:
        checked(carol, organization=alloys.organization, team=None, visibility="public")
    assert set(refused.value.message_dict) == {"organization"}


def test_a_team_of_another_organization_is_refused_at_its_field(alice, alloys):
    everybody = Organization.objects.get(pk=GLOBAL_ID)
    with pytest.raises(ValidationError) as refused:
        checked(alice, organization=everybody, team=alloys, visibility="public")
    assert set(refused.value.message_dict) == {"team"}


@pytest.mark.parametrize("visibility", ["", "inherit", "monetized", "everyone"])
def test_only_the_three_choices_of_visibility_are_taken(visibility, alice):
    with pytest.raises(ValidationError) as refused:
        checked(alice, organization=None, team=None, visibility=visibility)
    assert set(refused.value.message_dict) == {"visibility"}


def test_the_first_team_is_one_the_person_is_in(bob, alice, alloys):
    found_team(founder=alice, organization=alloys.organization, name="secret")
    placement = checked(bob, organization=alloys.organization, team=None, visibility="public")
    assert placement.team.name == "all"


def test_equal_names_get_different_addresses(make_asset):
    assert [make_asset("Cu & Ag").slug for _ in range(3)] == ["cu-ag", "cu-ag-2", "cu-ag-3"]


def test_a_new_name_is_a_new_address_under_the_same_id(make_asset):
    asset = make_asset("Old name")
    rename(asset, "New name")
    asset.save()
    assert Asset.objects.get(pk=asset.pk).get_absolute_url() == "/posts/lab/new-name"


def test_a_placement_for_a_person_needs_no_choice(carol):
    assert Placement.for_person(carol, visibility="private").visibility == "private"
