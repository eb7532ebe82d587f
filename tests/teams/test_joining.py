"""Who may come into a team, and what becomes of it."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from ouro_web.teams import changing, joining, reading
from ouro_web.teams.membership import found_team
from ouro_web.teams.models import GLOBAL_ID, JoinRequest, Team, TeamMembership


@pytest.fixture
def steel(lab, alice):
    def make(**more):
        return found_team(founder=alice, organization=lab, name="steel", **more)

    return make


def is_in(person, team):
    return TeamMembership.objects.filter(team=team, user=person).exists()


def test_a_member_of_the_organization_joins_an_open_team(steel, rita):
    team = steel()
    joining.join(team, rita)
    assert is_in(rita, team)


def test_a_stranger_joins_only_where_the_organization_is_open(steel, lab, carol):
    team = steel()
    with pytest.raises(PermissionDenied):
        joining.join(team, carol)
    lab.join_policy = "open"
    lab.save()
    joining.join(Team.objects.get(pk=team.pk), carol)
    assert lab.memberships.filter(user=carol).exists()


def test_asking_twice_is_one_request(steel, rita):
    team = steel(join_policy="request")
    assert joining.join(team, rita) == joining.join(team, rita)
    assert not is_in(rita, team)
    joining.approve(JoinRequest.objects.get())
    assert is_in(rita, team)


def test_only_agents_come_into_a_team_for_agents(steel, rita):
    team = steel(actor_type_policy="agents_only")
    with pytest.raises(PermissionDenied):
        joining.join(team, rita)
    rita.is_agent = True
    joining.join(team, rita)
    assert is_in(rita, team)


def test_what_a_team_does_not_say_its_organization_says(steel, lab, rita):
    lab.actor_type_policy = "verified_only"
    lab.save()
    team = Team.objects.get(pk=steel().pk)
    with pytest.raises(PermissionDenied, match="verified"):
        joining.join(team, rita)
    rita.emailaddress_set.create(email=rita.email, verified=True)
    joining.join(team, rita)


def test_a_ban_ends_the_membership_and_the_request(steel, rita):
    team = steel(join_policy="request")
    joining.join(team, rita)
    joining.ban(team, rita, reason="Spam")
    assert not JoinRequest.objects.pending().exists()
    with pytest.raises(PermissionDenied):
        joining.join(team, rita)


def test_what_is_in_a_team_that_ends_goes_to_the_default_team(steel, lab, make_asset):
    team = steel()
    asset = make_asset()
    asset.team = team
    asset.save()
    changing.dissolve(team)
    asset.refresh_from_db()
    assert asset.team == lab.default_team
    assert asset.team.name == "all"


def test_default_teams_stay(lab):
    with pytest.raises(ValidationError):
        changing.dissolve(lab.default_team)
    with pytest.raises(ValidationError):
        changing.dissolve(Team.objects.get(pk=GLOBAL_ID))


def test_what_is_unread_begins_with_the_membership(steel, rita):
    team = steel()
    member = joining.join(team, rita)
    assert reading.since(rita, [team.pk]) == {team.pk: member.created_at}
    reading.seen(team, rita)
    assert reading.since(rita, [team.pk])[team.pk] > member.created_at
