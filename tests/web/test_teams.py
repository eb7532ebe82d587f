"""Pages of organizations and teams, as an admin, a member, a stranger and a visitor see them."""

from io import BytesIO

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ouro_web.assets.models import Pin
from ouro_web.assets.placement import Placement
from ouro_web.files import storage
from ouro_web.notifications.models import Notification
from ouro_web.quests import making
from ouro_web.teams.membership import found_team, join_organization, join_team
from ouro_web.teams.models import Ban, JoinRequest, Organization, Team

TEAM = "/teams/lab/alloys"


@pytest.fixture
def notes(alice, alloys):
    """A public file of alice's in #alloys."""
    where = Placement(alice, alloys.organization, alloys, "public")
    return storage.store(where, name="Notes", filename="n.txt", content=BytesIO(b"words"))


def said(answer):
    return [str(each) for each in get_messages(answer.wsgi_request)]


def test_an_organization_is_founded_and_chosen(signed_in, carol):
    browser = signed_in(carol)
    answer = browser.post("/organizations/new", {
        "display_name": "Foundry", "name": "foundry", "mission": "Casting.",
        "join_policy": "open", "actor_type_policy": "any", "source_policy": "any",
    }, follow=True)  # fmt: skip
    assert answer.redirect_chain[-1][0] == "/organizations/foundry/members"
    made = Organization.objects.get(name="foundry")
    assert made.memberships.get().role == "admin"
    assert browser.session["organization"] == str(made.pk)
    assert "Casting." in browser.get("/organizations/foundry").content.decode()


@pytest.mark.parametrize("name", ["lab", "new", "Has spaces", "-x", ""])
def test_a_short_name_that_cannot_be_is_said_at_its_field(name, signed_in, alice):
    answer = signed_in(alice).post("/organizations/new", {
        "display_name": "Kept words", "name": name, "join_policy": "open",
        "actor_type_policy": "any", "source_policy": "any",
    })  # fmt: skip
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"name"}
    assert "Kept words" in answer.content.decode()


def test_a_team_is_made_by_who_writes_in_the_organization(signed_in, bob, rita, lab):
    fields = {"name": "steel", "visibility": "public", "join_policy": "request",
              "default_role": "read", "description": ""}  # fmt: skip
    answer = signed_in(rita).post("/organizations/lab/teams/new", fields, follow=True)
    assert "Only those who write" in said(answer)[0]
    signed_in(bob).post("/organizations/lab/teams/new", fields)
    made = Team.objects.get(organization=lab, name="steel")
    assert made.memberships.get(user=bob).role == "admin"
    assert made.effective_source_policy == "any"


def test_settings_are_changed_by_admins_only_and_only_what_was_changed(
    signed_in, alice, bob, alloys
):
    assert signed_in(bob).get(f"{TEAM}/settings").status_code == 403
    browser = signed_in(alice)
    fields = browser.get(f"{TEAM}/settings").context["form"].initial | {"description": "Noble"}
    Team.objects.filter(pk=alloys.pk).update(description="By another", visibility="organization")
    browser.post(f"{TEAM}/settings", {**fields, "visibility": "organization"})
    alloys.refresh_from_db()
    assert (alloys.description, alloys.visibility) == ("Noble", "organization")


def test_asking_being_let_in_and_being_turned_down(signed_in, alice, rita, carol, alloys):
    alloys.join_policy = "request"
    alloys.save()
    browser = signed_in(rita)
    assert "Ask to join" in browser.get(TEAM).content.decode()
    browser.post(f"{TEAM}/join", {"message": "I know copper."})
    assert "Asked to join" in browser.get(TEAM).content.decode()
    asked = JoinRequest.objects.get()
    assert browser.post(f"{TEAM}/requests/{asked.pk}", {"answer": "approve"}).status_code == 403
    assert "Let in" not in signed_in(rita).get("/organizations/lab/members").content.decode()
    of_all_teams = signed_in(alice).get("/organizations/lab/members").content.decode()
    assert f"{TEAM}/requests/{asked.pk}" in of_all_teams
    assert "to #alloys" in of_all_teams
    browser = signed_in(alice)
    assert "I know copper." in browser.get(f"{TEAM}/members").content.decode()
    browser.post(f"{TEAM}/requests/{asked.pk}", {"answer": "approve"})
    assert alloys.memberships.filter(user=rita).exists()
    assert browser.post(f"{TEAM}/requests/{asked.pk}", {"answer": "reject"}).status_code == 404


def test_members_are_brought_in_changed_and_taken_out(signed_in, alice, rita, carol, alloys):
    browser = signed_in(alice)
    browser.post(f"{TEAM}/members", {"username": "@Rita", "role": "read"})
    assert alloys.memberships.get(user=rita).role == "read"
    assert Notification.objects.get(user=rita).kind == "invite"
    browser.post(f"{TEAM}/members/rita", {"role": "write"})
    assert alloys.memberships.get(user=rita).role == "write"
    browser.post(f"{TEAM}/members/rita", {"remove": "1"})
    assert not alloys.memberships.filter(user=rita).exists()
    for username, why in [("nobody-here", "Nobody here"), ("alice", "a member already")]:
        answer = browser.post(f"{TEAM}/members", {"username": username, "role": "read"})
        assert answer.status_code == 422
        assert why in answer.context["form"].errors["username"][0]


def test_a_team_admin_does_not_bring_strangers_into_the_organization(signed_in, bob, carol, alloys):
    alloys.memberships.filter(user=bob).update(role="admin")
    answer = signed_in(bob).post(f"{TEAM}/members", {"username": "carol", "role": "read"})
    assert "not in the organization" in answer.context["form"].errors["username"][0]


def test_a_ban_keeps_out_until_it_is_lifted(signed_in, alice, bob, alloys):
    browser = signed_in(alice)
    browser.post(f"{TEAM}/bans", {"ban-username": "bob", "ban-reason": "Noise"})
    assert Ban.objects.get().reason == "Noise"
    assert "Noise" in browser.get(f"{TEAM}/members").content.decode()
    assert signed_in(bob).post(f"{TEAM}/join").status_code == 403
    signed_in(alice).post(f"{TEAM}/bans", {"lift": "bob"})
    assert signed_in(bob).post(f"{TEAM}/join").status_code == 302
    assert alloys.memberships.filter(user=bob).exists()


def test_the_last_admin_is_told_to_hand_over_first(signed_in, alice, lab):
    answer = signed_in(alice).post("/organizations/lab/leave", follow=True)
    assert "Make another member admin first" in said(answer)[0]
    assert lab.memberships.filter(user=alice).exists()


def test_dissolving_moves_what_the_team_has(signed_in, alice, notes, lab):
    browser = signed_in(alice)
    assert "1 thing of this team goes to #all" in browser.get(f"{TEAM}/dissolve").content.decode()
    browser.post(f"{TEAM}/dissolve")
    notes.refresh_from_db()
    assert notes.team == lab.default_team
    answer = browser.post("/teams/lab/all/dissolve", follow=True)
    assert "stays" in said(answer)[-1]


def test_what_is_new_is_marked_until_read(signed_in, bob, notes):
    browser = signed_in(bob)
    assert "1 new" in browser.get("/teams/").content.decode()
    assert "1 new" in browser.get(TEAM).content.decode()
    browser.post(f"{TEAM}/read")
    assert "1 new" not in browser.get(TEAM).content.decode()


def test_pins_stand_at_the_top_for_who_may_see_them(signed_in, client, bob, rita, notes):
    assert signed_in(rita).post(f"/teams/pin/{notes.pk}").status_code == 403
    signed_in(bob).post(f"/teams/pin/{notes.pk}", {"action": "pin"})
    assert Pin.objects.get().pinned_by == bob
    storage.store(
        Placement(bob, notes.organization, notes.team, "public"),
        name="Others", filename="o.txt", content=BytesIO(b"others"),
    )  # fmt: skip
    page = client.get(TEAM).content.decode()  # once at the top and in the list, and one more
    assert (page.count(">Unpin<"), page.count(">Pin<")) == (2, 1)
    client.logout()
    assert [each.pk for each in client.get(TEAM).context["pinned"]] == [notes.pk]
    type(notes).objects.filter(pk=notes.pk).update(visibility="private")
    assert client.get(TEAM).context["pinned"] == []
    signed_in(bob).post(f"/teams/pin/{notes.pk}", {"action": "unpin"})


def test_open_quests_stand_beside_what_a_team_made(client, alice, alloys):
    for name, status, visibility in (
        ("Measure it", "open", "public"), ("Later", "draft", "public"), ("Ours", "open", "private"),
    ):  # fmt: skip
        where = Placement(alice, alloys.organization, alloys, visibility)
        rows = [{"description": "One"}, {"description": "Two"}]
        making.create(where, name=name, description="", rows=rows, rules={"status": status})
    answer = client.get(TEAM)
    assert [quest.name for quest, _ in answer.context["quests"]] == ["Measure it"]
    assert "0 of 2 done" in answer.content.decode()


def test_an_invite_only_organization_is_a_404_to_strangers(signed_in, client, carol, lab):
    for browser in (client, signed_in(carol)):
        assert browser.get("/organizations/lab").status_code == 404
    lab.join_policy = "open"
    lab.save()
    assert "Join" in client.get("/organizations/lab").content.decode()
    client.post("/organizations/lab/join")
    assert lab.memberships.filter(user=carol).exists()


def test_the_number_of_queries_does_not_grow_with_teams_and_members(
    signed_in, alice, lab, alloys, make_user
):
    browser = signed_in(alice)
    paths = ("/teams/", "/organizations/lab", f"{TEAM}/members")

    def counted():
        for path in paths:
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(path).status_code == 200
            yield path, len(asked)

    dict(counted())  # what is asked once and kept
    before = dict(counted())
    for number in range(5):
        found_team(founder=alice, organization=lab, name=f"team-{number}")
        person = make_user(f"p{number}")
        join_organization(lab, person)
        join_team(alloys, person)
    assert dict(counted()) == before
