"""Finding assets by their words, on the database of this run and on PostgreSQL."""

from collections import Counter
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from ouro_web.assets import facets, marking, search
from ouro_web.assets.models import Asset
from ouro_web.datasets import tables
from ouro_web.files import storage
from ouro_web.posts import publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(place, alice):
    where = place(alice, "public")
    return {
        "post": publish.create(where, name="Vacancies", text="# Vacancies\n\nWe relaxed Ni3Al."),
        "signs": publish.create(where, name="铜的结构", text="# 铜的结构\n\n很软。"),
        "table": tables.create(where, name="Ranking", rows=[{"formation_energy": 1.5}]),
        "file": storage.store(
            where, name="Café structure", filename="relaxed-cell.cif", content=BytesIO(b"data_x")
        ),
    }


def found(text, rows=None):
    rows = Asset.objects.all() if rows is None else rows
    return set(search.find(rows, text).values_list("name", flat=True))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("relaxation", {"Vacancies", "Café structure"}),
        ("ni3al", {"Vacancies"}),
        ("formation energy", {"Ranking"}),
        ("cafe STRUCT", {"Café structure"}),
        ("relaxed-cell.cif", {"Café structure"}),
        ("the vacancies of", {"Vacancies"}),
        ("lab", {"Vacancies", "Ranking", "Café structure", "铜的结构"}),
        ("vacancies energy", set()),
        ("结构", {"铜的结构"}),
        ("%", set()),
        ('" OR title:*', set()),
        ("", {"Vacancies", "Ranking", "Café structure", "铜的结构"}),
    ],
)
def test_words_are_found_wherever_they_stand(text, names, shelf):
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Café structures", "cafe STRUCT", ["Café", "struct"]),
        ("We relaxed it, unrelaxed", "relaxation", ["relax"]),
        ("A cat and data", "a data", ["data"]),
        ("A cat and data", "a", ["A", "a"]),
        ("Straße der Kupfer", "strasse", ["Straße"]),
        ("铜的结构", "结构", ["结", "构"]),
        ("Copper, gold", '"copper gold" AND (NEAR)', ["Copper", "gold"]),
        ("Copper", "%", []),
        ("", "copper", []),
    ],
)
def test_what_was_searched_for_is_marked(text, words, marked):
    found = list(marking.places(text, search.wanted(words)))
    assert [text[begin:end] for begin, end in found] == marked
    begins: list[int | None] = [begin for begin, _ in found]
    assert marking.first(text, search.wanted(words)) in (begins or [None])


def test_what_is_changed_is_found_by_its_new_words_alone(shelf, alice):
    publish.update(shelf["post"], by=alice, name="Interstitials", text="# Interstitials\n\nGone.")
    assert found("ni3al") == set()
    assert found("interstitials") == {"Interstitials"}
    shelf["file"].asset.delete()
    assert found("relaxed") == set()


def test_the_name_counts_most(shelf, place, alice):
    publish.create(place(alice, "public"), name="Ranking of sums", text="Ranking ranking ranking.")
    publish.create(place(alice, "public"), name="Other", text="A ranking.")
    rows = search.by_relevance(search.find(Asset.objects.all(), "ranking"), "ranking")
    assert [row.name for row in rows][-1] == "Other"


def test_a_misspelt_word_is_corrected_by_what_the_reader_may_see(shelf, place, alice, carol):
    everything = Asset.objects.all()
    assert search.corrected(everything, "vacanceis") == "vacancies"
    assert search.corrected(everything, "formtion energy") == "formation energy"
    assert search.corrected(everything, "zzzzzz") == ""
    assert search.corrected(everything, "vacancies") == ""
    publish.create(place(alice, "private"), name="Secret", text="canaryword")
    assert search.corrected(Asset.objects.visible_to(carol), "canaryward") == ""


def test_content_that_is_paid_for_is_not_found_by_its_words(shelf):
    post = shelf["post"]
    post.visibility = "monetized"
    post.save()
    assert found("ni3al") == set()
    assert found("vacancies") == {"Vacancies"}


def test_all_words_are_put_down_anew(shelf):
    Asset.objects.update(name="Changed past the site")
    assert found("past") == set()
    call_command("index_search", verbosity=0)
    assert found("past energy") == {"Changed past the site"}


def test_of_very_many_hits_the_newest_are_weighed(make_asset, bob, monkeypatch):
    monkeypatch.setattr(search, "MOST", 3)
    made = [make_asset(f"Copper {name}") for name in ("one", "two", "three", "four")]
    rows = Asset.objects.visible_to(bob)
    for text in ("copper", ""):
        found = search.hits(rows, text)
        assert set(found.ids) == {asset.pk for asset in made[1:]}
        assert found.more
    found = search.hits(rows, "one")
    assert (found.ids, found.more) == ([made[0].pk], False)
    assert search.hits(rows, "...").ids == []
    assert search.in_order([made[2].pk, made[0].pk]) == [made[2], made[0]]


def test_hits_are_narrowed_alike_in_memory_and_by_the_database(
    make_asset, make_file, make_route, place, alice, bob, monkeypatch
):
    make_file("copper.cif", b"data_x", visibility="public")
    make_file("copper.txt", b"copper", visibility="private")
    make_asset("Copper of bob", owner=bob, visibility="public")
    make_route("Melt copper")  # as its service, which is public
    old = make_asset("Old copper", visibility="organization")
    long_ago = timezone.now() - timedelta(days=20)
    Asset.objects.filter(pk=old.pk).update(updated_at=long_ago)
    rows = Asset.objects.visible_to(alice)
    wanted: dict[str, tuple[str, list[object], set[str]]] = {
        "kind=file": ("kind", ["file"], {"copper.cif", "copper.txt"}),
        "owner=bob": ("owner", [facets.key(bob.pk)], {"Copper of bob"}),
        "extension": ("extension", ["cif"], {"copper.cif"}),
        "private": ("visibility", ["private"], {"copper.txt"}),
        "inherit": ("visibility", ["public"], {"copper.cif", "Copper of bob", "Melt copper"}),
        "nobody": ("owner", [], set()),
        "in a week": ("age", [0, 1], {"copper.cif", "copper.txt", "Copper of bob", "Melt copper"}),
    }
    for most in (100, 3):
        monkeypatch.setattr(search, "MOST", most)
        every = search.hits(rows, "copper")
        assert every.more == (most == 3)
        for what, (name, values, names) in wanted.items():
            monkeypatch.setattr(search, "MOST", 100)
            found = search.narrowed(every, rows, "copper", {name: frozenset(values)})
            assert {asset.name for asset in search.in_order(found.ids)} == names, (most, what)


def test_facts_are_counted_of_what_fits_in_all_others(make_asset, make_file, alice, bob):
    make_file("copper.cif", b"data_x", visibility="public")
    make_file("copper.txt", b"copper", visibility="private")
    make_asset("Copper of bob", owner=bob, visibility="public")
    every = search.hits(Asset.objects.visible_to(alice), "copper")
    found = Counter(facts for _, facts in every.rows)
    files = {"kind": frozenset(["file"])}
    assert facets.count(found, "kind", files) == {"file": 2, "post": 1}
    assert facets.count(found, "visibility", files) == {"public": 1, "private": 1}
    assert facets.count(found, "owner", files) == {facets.key(alice.pk): 2}
    assert facets.count(found, "age", {}) == {0: 3, 1: 3, 2: 3, 3: 3}
