"""People, organizations, teams, inboxes and money, by the official client."""

import ouro
import pytest

GLOBAL = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def name(unique):
    """A team's name is a slug."""
    return lambda word: unique(word).replace(" ", "-")


def test_my_profile_and_plan(client_for, alice):
    client = client_for(alice)
    me = client.users.me()
    assert (str(me.user_id), me.username, me.is_self) == (alice.id, "alice", True)
    plan = client.users.plan()
    assert plan.limits.can_create_private_assets
    assert plan.usage["assets"].used >= 0


def test_people_are_found_by_name_id_and_words(client_for, alice, bob):
    client = client_for(alice)
    assert str(client.users.get("bob").user_id) == bob.id
    assert client.users.get(bob.id).username == "bob"
    assert [person.username for person in client.users.search("bo")] == ["bob"]
    with pytest.raises(ouro.NotFoundError):
        client.users.get("nobody-here")


def test_impact_counts_assets(client_for, alice):
    impact = client_for(alice).users.impact("alice", since="2026-01-01T00:00:00Z", limit=5)
    assert str(impact.user_id) == alice.id
    assert impact.aggregate.assets >= 0


def test_my_organizations_include_the_global_one(client_for, alice, lab):
    client = client_for(alice)
    mine = {str(each.id): each for each in client.organizations.list()}
    assert {GLOBAL, lab.id} <= set(mine)
    assert mine[lab.id].membership.role == "admin"
    assert client.organizations.list_discoverable() == []
    assert str(client.organizations.retrieve(lab.id).default_team.id) == lab.team


def test_joined_teams_include_the_global_one(client_for, bob, alloys):
    joined = {str(team.id): team for team in client_for(bob).teams.list(joined=True)}
    assert {GLOBAL, alloys.id} <= set(joined)
    assert joined[alloys.id].user_membership.role == "write"
    assert joined[alloys.id].member_count == 2


def test_a_team_is_made_changed_and_ended(client_for, alice, lab, name):
    client = client_for(alice)
    team = client.teams.create(name("steel"), org_id=lab.id, description="All about **steel**.")
    assert team.description.text == "All about **steel**."
    assert team.can_moderate
    changed = client.teams.update(str(team.id), description="Steel", visibility="organization")
    assert changed.visibility == "organization"
    full = client.teams.retrieve(str(team.id), include_members=True)
    assert [str(member.user_id) for member in full.members] == [alice.id]
    client.teams.delete(str(team.id))
    with pytest.raises(ouro.NotFoundError):
        client.teams.retrieve(str(team.id))


def test_a_pinned_client_makes_teams_in_its_organization(client_for, alice, lab, name):
    team = client_for(alice, organization="lab").teams.create(name("pinned"))
    assert str(team.org_id) == lab.id


def test_bad_and_taken_names_are_told_apart(client_for, alice, lab, name):
    client = client_for(alice)
    taken = name("taken")
    client.teams.create(taken, org_id=lab.id)
    with pytest.raises(ouro.ConflictError):
        client.teams.create(taken, org_id=lab.id)
    with pytest.raises(ouro.BadRequestError):
        client.teams.create("Not A Slug", org_id=lab.id)


def test_only_members_make_teams_and_only_admins_change_them(client_for, bob, carol, alloys, lab):
    with pytest.raises(ouro.PermissionDeniedError):
        client_for(carol).teams.create("mine", org_id=lab.id)
    with pytest.raises(ouro.PermissionDeniedError):
        client_for(bob).teams.update(alloys.id, description="Bob's")


def test_joining_and_leaving(client_for, alice, bob, rita, lab, name):
    team = client_for(alice).teams.create(name("open"), org_id=lab.id)
    client = client_for(bob)
    assert client.teams.join(str(team.id)).join_status == "joined"
    client.teams.leave(str(team.id))
    assert client.teams.retrieve(str(team.id)).join_status == "none"


def test_requests_wait_for_an_admin(client_for, alice, bob, rita, lab, name):
    admin = client_for(alice)
    team = admin.teams.create(name("asking"), org_id=lab.id, join_policy="request")
    asking = client_for(bob)
    asked = asking.teams.join(str(team.id))
    assert asked.join_request_pending
    client_for(rita).teams.join(str(team.id))
    assert len(asking.teams.list_join_requests(str(team.id))) == 1
    first, second = admin.teams.list_join_requests(str(team.id))
    with pytest.raises(ouro.PermissionDeniedError):
        asking.teams.approve_join_request(str(team.id), str(first.id))
    admin.teams.approve_join_request(str(team.id), str(first.id))
    admin.teams.reject_join_request(str(team.id), str(second.id))
    assert asking.teams.retrieve(str(team.id)).join_status == "joined"
    assert client_for(rita).teams.retrieve(str(team.id)).join_status == "none"


def test_a_ban_keeps_out_until_it_is_lifted(client_for, alice, bob, lab, name):
    admin, client = client_for(alice), client_for(bob)
    team = str(admin.teams.create(name("strict"), org_id=lab.id).id)
    client.teams.join(team)
    admin.teams.ban_member(team, bob.id, reason="Spam")
    assert [str(ban.user_id) for ban in admin.teams.list_bans(team)] == [bob.id]
    with pytest.raises(ouro.PermissionDeniedError):
        client.teams.join(team)
    admin.teams.unban_member(team, bob.id)
    assert client.teams.join(team).join_status == "joined"


def test_an_invitation_only_team_and_strangers(client_for, alice, bob, carol, lab, name):
    admin = client_for(alice)
    closed = str(admin.teams.create(name("closed"), org_id=lab.id, join_policy="invite_only").id)
    opened = str(admin.teams.create(name("opened"), org_id=lab.id).id)
    with pytest.raises(ouro.PermissionDeniedError):
        client_for(bob).teams.join(closed)
    with pytest.raises(ouro.PermissionDeniedError):
        client_for(carol).teams.join(opened)


def test_what_a_team_made_is_unread_until_looked_at(client_for, alice, bob, lab, name, site):
    team = str(client_for(alice).teams.create(name("busy"), org_id=lab.id).id)
    client = client_for(bob)
    client.teams.join(team)
    site.python(
        "from ouro_web.accounts.models import User\n"
        "from ouro_web.assets.placement import Placement\n"
        "from ouro_web.posts import publish\n"
        "from ouro_web.teams.models import Team\n"
        f"team = Team.objects.get(pk='{team}')\n"
        "alice = User.objects.get(username='alice')\n"
        "place = Placement(alice, team.organization, team, 'organization')\n"
        "for n in range(3): publish.create(place, name=f'Note {n}', text='Steel.')\n"
        "result = None"
    )
    assert client.teams.unreads(team) == 3
    preview = client.teams.unread_preview(team, limit=2)
    assert (preview.unread_count, len(preview.data), preview.has_more) == (3, 2, True)
    page = client.teams.activity(team, limit=2, asset_type="post")
    assert [asset.name for asset in page.data] == ["Note 2", "Note 1"]
    assert client.teams.unreads(team) == 0


def test_notifications_are_listed_and_read(client_for, site, alice, bob):
    pks = site.python(
        "from ouro_web.accounts.models import User\n"
        "from ouro_web.notifications.notify import notify\n"
        "alice, bob = (User.objects.get(username=name) for name in ('alice', 'bob'))\n"
        "rows = [notify(bob, kind, f'{kind} from Alice', by=alice)"
        " for kind in ('comment', 'share', 'mention')]\n"
        "result = [row.pk for row in rows]"
    )
    client = client_for(bob)
    before = client.notifications.unreads()
    assert before >= 3
    page = client.notifications.list(limit=2, unread_only=True)
    assert page.has_more
    assert page.data[0].content["text"] == "mention from Alice"
    assert page.data[0].source_user.username == "alice"
    assert "share" in {each.type for each in client.notifications.list(category="shares")}
    assert client.notifications.read(pks[0]).viewed
    assert client.notifications.read_many([*pks[1:], alice.id]) == pks[1:]
    assert client.notifications.unreads() == before - 3
    with pytest.raises(ouro.NotFoundError):
        client_for(alice).notifications.read(pks[0])


def test_a_site_without_payments_says_so(client_for, alice, bob):
    money = client_for(alice).money
    assert money.get_balance().balance == 0
    assert money.get_balance("usd").balance_cents == 0
    assert money.get_transactions() == []
    assert list(money.get_transactions("usd")) == []
    assert money.get_usage_history(limit=5).summary.total_cents == 0
    assert money.get_pending_earnings().total_pending_cents == 0
    assert "visit" in money.add_funds()  # the client answers that by itself
    for refused in (
        lambda: money.get_deposit_address(),
        lambda: money.unlock_asset("post", GLOBAL),
        lambda: money.unlock_asset("post", GLOBAL, "usd"),
        lambda: money.send(bob.id, 10),
        lambda: money.send(bob.id, 10, "usd", message="Thanks"),
    ):
        with pytest.raises(ouro.APIStatusError, match="no payments"):
            refused()
