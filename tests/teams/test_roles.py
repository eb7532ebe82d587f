"""Roles in teams and organizations, and that somebody stays who can give them."""

import pytest
from django.core.exceptions import ValidationError

from ouro_web.teams import joining, roles
from ouro_web.teams.membership import found_team, join_team
from ouro_web.teams.models import GLOBAL_ID, JoinRequest, Organization, Team


def role_of(group, person):
    return group.memberships.values_list("role", flat=True).get(user=person)


def test_an_admin_hands_over_and_goes(alloys, alice, bob):
    roles.set_role(alloys, bob, "admin")
    assert role_of(alloys, bob) == "admin"
    roles.leave(alloys, alice)
    assert not alloys.memberships.filter(user=alice).exists()


def test_the_last_admin_of_an_organization_stays_one(lab, alice, bob):
    with pytest.raises(ValidationError, match="another member admin first"):
        roles.set_role(lab, alice, "read")
    with pytest.raises(ValidationError, match="another member admin first"):
        roles.leave(lab, alice)
    assert role_of(lab, alice) == "admin"


def test_a_team_of_everybody_keeps_an_admin_of_its_own(db, make_user):
    founder = make_user("founder")
    everybody = Organization.objects.get(pk=GLOBAL_ID)
    team = found_team(founder=founder, organization=everybody, name="readers")
    with pytest.raises(ValidationError):
        roles.leave(team, founder)


def test_leaving_an_organization_leaves_its_teams(lab, alloys, bob):
    roles.leave(lab, bob)
    assert not alloys.memberships.filter(user=bob).exists()
    assert not lab.memberships.filter(user=bob).exists()


def test_a_role_that_there_is_not_is_refused(alloys, bob):
    with pytest.raises(ValidationError, match="Choose read"):
        roles.set_role(alloys, bob, "owner")


def test_where_an_organization_wants_to_be_asked_one_asks_with_its_first_team(lab, carol):
    lab.join_policy = "request"
    lab.save()
    team = Team.objects.get(pk=lab.default_team.pk)
    asked = joining.join(team, carol, message="May I?")
    assert isinstance(asked, JoinRequest)
    assert not lab.memberships.filter(user=carol).exists()
    joining.approve(asked)
    assert lab.memberships.filter(user=carol).exists()
    assert join_team(team, carol).team == team
