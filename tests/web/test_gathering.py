"""Following people, tags on things, and counting who looked: how people find what others made."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils import timezone

from ouro_web.accounts.models import Follow
from ouro_web.assets import engagement, tags
from ouro_web.assets.models import Asset, DayOfViews, Engagement
from ouro_web.notifications.following import follow, unfollow
from ouro_web.notifications.models import Notification

pytestmark = pytest.mark.django_db

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def listed(answer) -> list[str]:
    """The names in a list of assets or people, in order."""
    found = re.findall(r'<a class="main" href="[^"]*">(.*?)</a>', answer.content.decode())
    return [html.unescape(re.sub("<[^>]*>", "", name)) for name in found]


def looks(asset) -> int:
    return engagement.of(asset).views


def look(client, asset, **headers: str) -> None:
    answer = client.get(asset.get_absolute_url(), headers={"user-agent": BROWSER} | headers)
    assert answer.status_code == 200


def test_a_person_is_followed_and_let_go_on_her_page(signed_in, alice, bob):
    client = signed_in(bob)
    assert b"0 followers" in client.get("/users/alice").content
    page = client.post("/users/alice/follow", follow=True).content.decode()
    assert "1 follower<" in page
    assert "Following" in page
    assert listed(client.get("/users/alice/followers")) == [bob.display_name]
    assert listed(client.get("/users/bob/following")) == [alice.display_name]
    assert "follows you" in signed_in(alice).get("/users/bob").content.decode()
    page = signed_in(bob).post("/users/alice/follow", {"follow": "0"}, follow=True)
    assert b"0 followers" in page.content
    assert listed(client.get("/users/alice/followers")) == []


def test_a_new_follower_is_told_of_once(alice, bob):
    follow(alice, by=bob)
    follow(alice, by=bob)
    unfollow(alice, by=bob)
    follow(alice, by=bob)
    assert Follow.objects.count() == 1
    told = Notification.objects.get(user=alice)
    assert (told.kind, told.source_user) == ("follow", bob)
    assert told.get_absolute_url() == "/users/bob"


def test_nobody_follows_herself_or_who_is_gone(signed_in, alice, carol):
    page = signed_in(alice).post("/users/alice/follow", follow=True).content.decode()
    assert "Nobody follows herself." in page
    carol.is_active = False
    carol.save()
    with pytest.raises(ValidationError):
        follow(carol, by=alice)
    assert signed_in(alice).post("/users/carol/follow").status_code == 404
    assert not Follow.objects.exists()


def test_the_first_page_shows_what_followed_people_made_as_far_as_one_may_see(
    signed_in, alice, bob, make_file
):
    make_file("shown.csv", b"a\n1\n", visibility="public")
    make_file("closed.csv", b"a\n1\n", visibility="private")
    make_file("mine.csv", b"a\n1\n", owner=bob)
    client = signed_in(bob)
    assert "From people you follow" not in client.get("/").content.decode()
    follow(alice, by=bob)
    page = client.get("/").content.decode()
    assert "shown" in page.partition("From people you follow")[2]
    assert "closed.csv" not in page


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Phonon, copper ,  phonon", ["phonon", "copper"]),
        ("Point  defects", ["point-defects"]),
        ("材料, Überzug", ["材料", "überzug"]),
        (" , ,", []),
    ],
)
def test_tags_are_kept_in_one_spelling(said, kept):
    assert tags.read(said) == kept


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("!!", "no letter or digit"),
        ("x" * 41, "longer than 40"),
        (",".join(f"t{number}" for number in range(13)), "12 are the most"),
    ],
)
def test_what_is_no_tag_is_refused_and_kept_in_the_form(signed_in, alice, make_file, said, why):
    file = make_file("a.csv", b"a\n1\n")
    form = {"name": "Renamed", "description": "", "license": "", "words": said}
    answer = signed_in(alice).post(f"/assets/{file.pk}/edit", form)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert said in html.unescape(answer.content.decode())
    assert tags.of(file) == []


def test_tags_are_given_shown_found_and_taken_away(signed_in, alice, make_file):
    file = make_file("a.csv", b"a\n1\n", visibility="public")
    make_file("b.csv", b"a\n1\n", visibility="public")
    client = signed_in(alice)
    form = {"name": "Bulk", "description": "", "license": "", "words": "Phonon, first look"}
    page = client.post(f"/assets/{file.pk}/edit", form, follow=True).content.decode()
    assert 'href="/search?tag=first-look"' in page
    assert 'value="first-look, phonon"' in client.get(f"/assets/{file.pk}/edit").content.decode()
    assert listed(client.get("/search?tag=phonon")) == ["Bulk"]
    assert listed(client.get("/search?q=phonon")) == ["Bulk"]  # a tag is a word of it
    assert listed(client.get("/search?tag=nothing-has-it")) == []
    client.post(f"/assets/{file.pk}/edit", form | {"words": ""})
    assert listed(client.get("/search?q=phonon")) == []


def test_tags_of_the_results_are_offered_with_their_numbers(signed_in, alice, bob, make_file):
    for number in range(3):
        file = make_file(f"{number}.csv", b"a\n1\n", visibility="public")
        tags.put(file, ["phonon", *(["rare"] if number == 0 else [])], by=alice)
    hidden = make_file("h.csv", b"a\n1\n", visibility="private")
    tags.put(hidden, ["secret"], by=alice)
    seen = Asset.objects.visible_to(bob).values_list("pk", flat=True)
    assert tags.count(list(seen)) == [("phonon", 3), ("rare", 1)]
    page = signed_in(bob).get("/search").content.decode()
    assert "secret" not in page
    assert re.search(r'value="phonon".*?<small>3</small>', page)


def test_looks_of_others_count_once_a_day(client, signed_in, alice, bob, make_file):
    file = make_file("a.csv", b"a\n1\n", visibility="public")
    look(signed_in(alice), file)
    assert looks(file) == 0  # her own
    reader = signed_in(bob)
    look(reader, file)
    look(reader, file)
    assert looks(file) == 1
    reader.logout()
    look(reader, file)
    look(reader, file)
    look(reader, file, **{"user-agent": f"{BROWSER} x"})
    assert looks(file) == 3
    assert DayOfViews.objects.get().views == 3
    assert "Seen 3 times" in signed_in(alice).get(file.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": "Googlebot/2.1"},
        {"user-agent": "python-requests/2.32"},
        {"user-agent": ""},
        {"sec-purpose": "prefetch"},
        {"hx-request": "true"},
    ],
    ids=["crawler", "program", "nameless", "ahead", "part"],
)
def test_looks_of_programs_do_not_count(client, make_file, headers):
    file = make_file("a.csv", b"a\n1\n", visibility="public")
    look(client, file, **headers)
    assert looks(file) == 0


def test_every_kind_of_page_counts(client, make_file, make_dataset, make_route):
    route = make_route("Relax")
    things = [make_file("a.csv", b"a\n1\n", visibility="public"), route, route.service]
    Asset.objects.filter(pk__in=[route.pk, route.service.pk]).update(visibility="public")
    things.append(make_dataset("t", visibility="public"))
    for thing in things:
        look(client, thing)
    assert [looks(thing) for thing in things] == [1] * len(things)


def test_popular_is_what_was_seen_within_the_window(client, make_file):
    old = make_file("old.csv", b"a\n1\n", visibility="public")
    new = make_file("new.csv", b"a\n1\n", visibility="public")
    make_file("unseen.csv", b"a\n1\n", visibility="public")
    today = timezone.now().date()
    for file, days, views in ((old, 20, 9), (old, 0, 1), (new, 0, 2)):
        day = today - timedelta(days=days)
        DayOfViews.objects.create(asset=file.asset, day=day, views=views)
        Engagement.objects.get_or_create(asset=file.asset)
    Engagement.objects.filter(asset=old.asset).update(views=10)
    Engagement.objects.filter(asset=new.asset).update(views=2)
    for window, first in (("day", new), ("week", new), ("month", old), ("all", old)):
        rows = engagement.most_seen(Asset.objects.visible_to(AnonymousUser()), window)
        assert rows[0].pk == first.pk, window
        assert rows.count() == 3
    page = client.get("/search?sort=popular&window=day").content.decode()
    assert page.index(new.name) < page.index(old.name)
    assert '<option value="day" selected>' in page
