"""The pages of the frame itself: home, search, people, settings, sign-in, errors."""

import re

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from ouro_web.assets.models import Asset
from ouro_web.assets.placement import Placement, base_fields
from ouro_web.teams.membership import found_team

pytestmark = pytest.mark.django_db


def test_a_visitor_sees_what_can_be_tried(client):
    page = client.get("/")
    assert page.status_code == 200
    assert b"Create an account" in page.content


def test_a_newcomer_sees_three_first_steps(client, make_user):
    client.force_login(make_user("nina"))
    page = client.get("/")
    assert page.content.count(b'class="n"') == 3


def test_home_lists_recent_work_with_the_day(signed_in, alice, make_asset):
    make_asset("Notes on copper")
    page = signed_in(alice).get("/").content.decode()
    assert "Notes on copper" in page
    assert "Today" in page


def test_home_lists_what_others_put_into_ones_teams(signed_in, alice, bob, carol, make_asset):
    make_asset("Notes of bob", owner=bob)
    make_asset("Secrets of bob", owner=bob, visibility="private")
    make_asset("Mine", visibility="public")
    news = signed_in(alice).get("/").context["team_news"]
    assert [asset.name for asset in news] == ["Notes of bob"]
    make_asset("Of carol", owner=carol, visibility="private")
    assert signed_in(carol).get("/").context["team_news"] == []


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_the_doors_are_open(client, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "settings", "account_change_password", "account_email", "mfa_index", "usersessions_list",
        "account_logout", "home", "search", "actions:list",
    ],
)  # fmt: skip
def test_a_person_reaches_her_settings(signed_in, alice, name):
    client = signed_in(alice)
    page = client.get(reverse(name), follow=True)
    assert page.status_code == 200
    assert b'class="site-head"' in page.content


def test_profile_is_kept_and_a_wrong_zone_is_said(signed_in, alice):
    client = signed_in(alice)
    good = {"name": "Alice Baker", "bio": "Alloys", "time_zone": "Europe/Berlin"}
    assert client.post("/settings", good).status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.time_zone) == ("Alice Baker", "Europe/Berlin")
    assert client.post("/settings", {**good, "time_zone": "Mars/Base"}).status_code == 422


def test_a_profile_lists_only_what_the_reader_may_see(client, alice, make_asset):
    make_asset("Open notes", visibility="public")
    make_asset("Secret notes", visibility="private")
    page = client.get("/users/alice").content.decode()
    assert "Open notes" in page
    assert "Secret" not in page


def test_search_finds_by_words_and_leads_from_an_id(client, alice, make_asset):
    found = make_asset("Relaxed copper cell", visibility="public")
    make_asset("Hidden copper", visibility="private")
    page = client.get("/search", {"q": "copper cell"}).content.decode()
    assert found.get_absolute_url() in page
    assert "Hidden" not in client.get("/search", {"q": "copper"}).content.decode()
    assert client.get("/search", {"q": str(found.pk)}).url == found.get_absolute_url()
    assert client.get("/search", {"q": f"file:{found.pk}"}).url == found.get_absolute_url()


def test_search_never_leads_to_what_one_may_not_see(client, make_asset):
    hidden = make_asset("Hidden", visibility="private")
    assert client.get("/search", {"q": str(hidden.pk)}).status_code == 200


def test_search_corrects_a_word_and_says_so(client, make_asset):
    make_asset("Vacancies in copper", visibility="public")
    page = client.get("/search", {"q": "vacanceis"}).content.decode()
    assert "Vacancies in copper" in strip_tags(page)
    assert "Nothing has “vacanceis”" in page
    assert "Nothing found" in client.get("/search?q=vacanceis&exactly=1").content.decode()


@pytest.mark.parametrize("sort", ["relevant", "recent", "updated", "popular", "x"])
def test_search_in_every_order(sort, client, make_asset):
    names = {make_asset(f"Copper {number}", visibility="public").name for number in range(3)}
    found = client.get("/search", {"q": "copper", "sort": sort}).context["shown"]
    assert {asset.name for asset in found} == names


def test_search_goes_on_from_page_to_page(client, make_asset):
    for number in range(32):
        make_asset(f"Note {number}", visibility="public")
    first = client.get("/search", {"q": "Note"})
    assert len(first.context["page"].items) == 30
    second = client.get(first.context["page"].after)
    assert len(second.context["page"].items) == 2


def test_search_costs_the_same_for_many(
    client, make_asset, make_file, bob, django_assert_max_num_queries
):
    for number in range(25):
        make_asset(f"Note {number}", visibility="public", owner=bob if number % 2 else None)
    make_file("note.txt", b"Note", visibility="public")
    with django_assert_max_num_queries(5):
        client.get("/search", {"q": "Note"})


def test_search_is_narrowed_by_what_is_offered_with_its_number(
    signed_in, alice, bob, make_asset, make_file
):
    make_asset("Copper of bob", owner=bob)
    make_asset("Copper of alice")
    make_file("copper.cif", b"data_x")
    client = signed_in(alice)
    page = client.get("/search", {"q": "copper"}).content.decode()
    for name, value, number in (
        ("owner", "bob", 1),
        ("owner", "alice", 2),
        ("extension", "cif", 1),
    ):
        option = rf'name="{name}" value="{value}"><span>[^<]+</span><small>{number}</small>'
        assert re.search(option, page), (name, value)
    assert 'name="team"' not in page  # all of it lies in one
    for asked, names in (
        ({"owner": "bob"}, {"Copper of bob"}),
        ({"owner": "alice", "type": "post"}, {"Copper of alice"}),
        ({"extension": "cif"}, {"copper.cif"}),
        ({"team": "lab/alloys", "changed": "day", "type": "file"}, {"copper.cif"}),
        ({"organization": "lab", "type": "file"}, {"copper.cif"}),
        ({"visibility": "public"}, set()),
        ({"owner": "nobody"}, set()),
        ({"changed": "never"}, set()),
    ):
        answer = client.get("/search", {"q": "copper", **asked})
        assert {asset.name for asset in answer.context["shown"]} == names, asked


def test_a_team_one_may_not_know_of_is_neither_offered_nor_found_by(
    signed_in, carol, alice, lab, make_asset, make_user
):
    hidden = found_team(founder=alice, organization=lab, name="hush", visibility="organization")
    make_asset("Copper", visibility="public")
    there = Placement(alice, lab, hidden, "public")
    Asset.objects.create(**base_fields(there, asset_type="post", name="Copper two"))
    client = signed_in(carol)
    assert "hush" not in client.get("/search?q=copper").content.decode()
    assert not client.get("/search?q=copper&team=lab/hush").context["shown"]


def test_the_place_to_work_in_is_kept_and_foreign_ones_are_refused(
    signed_in, alice, lab, make_user
):
    client = signed_in(alice)
    client.post("/context", {"organization": str(lab.pk)})
    assert "Alice&#x27;s lab" in client.get("/").content.decode().split("</summary>")[0]
    client.post("/context", {"organization": "00000000-0000-0000-0000-00000000abcd"})
    assert client.session["organization"] == ""


def test_the_theme_is_kept_in_a_cookie(client):
    client.post("/theme")
    assert 'data-theme="dark"' in client.get("/").content.decode()


def test_a_redirect_after_a_choice_stays_on_this_site(client):
    answer = client.post("/theme", headers={"Referer": "https://elsewhere.example/x"})
    assert answer.url == "/"


def test_what_is_not_there_says_the_same_for_everybody(client):
    page = client.get("/assets/00000000-0000-7000-8000-000000000000")
    assert page.status_code == 404
    assert b"nothing here that you may see" in page.content
