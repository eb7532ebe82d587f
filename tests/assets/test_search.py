"""Finding assets by their words, on the database of this run and on PostgreSQL."""

from io import BytesIO

import pytest
from django.core.management import call_command

from ouro_web.assets import search
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
        ("lab", {"Vacancies", "Ranking", "Café structure"}),
        ("vacancies energy", set()),
        ("%", set()),
        ('" OR title:*', set()),
        ("", {"Vacancies", "Ranking", "Café structure"}),
    ],
)
def test_words_are_found_wherever_they_stand(text, names, shelf):
    assert found(text) == names


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
        assert (found.more, found.counts) == (True, {"post": 3})
    found = search.hits(rows, "one")
    assert (found.ids, found.more) == ([made[0].pk], False)
    assert search.hits(rows, "...").ids == []
    assert search.in_order([made[2].pk, made[0].pk]) == [made[2], made[0]]
