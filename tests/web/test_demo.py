import pytest
from django.contrib.auth import authenticate

from ouro_web.assets.models import Asset
from ouro_web.conversations.models import Message
from ouro_web.lib import markdown
from ouro_web.quests.models import Entry
from ouro_web.web.demo import chat, loading, people, quest, samples, words


@pytest.fixture
def demo_cast(db):
    return people.make()


def test_the_people_of_the_demo_can_sign_in(demo_cast):
    for person in people.PEOPLE:
        assert authenticate(username=person.username, password=people.PASSWORD)
    assert demo_cast.defects.memberships.count() == 3


def test_people_and_samples_are_made_once(demo_cast):
    first = samples.make(demo_cast)
    again = samples.make(people.make())
    assert {name: asset.pk for name, asset in first.items()} == {
        name: asset.pk for name, asset in again.items()
    }
    assert Asset.objects.count() == len(samples.SAMPLES) + 1


def test_an_aborted_load_is_continued(demo_cast):
    samples.make(demo_cast)
    Asset.objects.filter(name=samples.STRAIN).delete()
    assert samples.STRAIN in samples.make(demo_cast)
    assert Asset.objects.count() == len(samples.SAMPLES) + 1


def test_the_quest_is_made_once_with_an_entry_to_review(demo_cast):
    files = samples.make(demo_cast)
    made = quest.make(demo_cast, files)
    assert quest.make(demo_cast, files).pk == made.pk
    rows = Entry.objects.filter(quest=made.pk).order_by("pk")
    found = [(entry.status, entry.contributor.username) for entry in rows]
    assert found == [("submitted", "jonas"), ("accepted", "aiko")]


@pytest.mark.parametrize(
    ("host", "public_url"),
    [("0.0.0.0", "http://127.0.0.1:8000"), ("127.0.0.1", "https://ouro.example")],
)
def test_a_site_that_others_can_reach_gets_no_people_with_a_known_password(
    settings, host, public_url
):
    settings.HOST, settings.PUBLIC_URL = host, public_url
    with pytest.raises(loading.DemoRefusedError):
        loading.load("http://127.0.0.1:9", print)


def test_the_guide_embeds_and_links_what_exists(demo_cast, make_route):
    files = samples.make(demo_cast)
    routes = {
        "relax-structure": make_route("Relax structure"),
        "phonon-dispersion-and-density": make_route("Phonons", path="/phonons"),
    }
    found = markdown.render(words.guide_text(routes, files)).references
    assert [slot.id for slot in found.embeds] == [str(files["copper-fcc.cif"].pk)]
    assert {slot.id for slot in found.links} == {str(route.pk) for route in routes.values()}


def test_its_people_talk_once(demo_cast):
    files = samples.make(demo_cast)
    for _ in range(2):
        chat.make(demo_cast, files["copper-fcc.cif"], files)
    assert Message.objects.count() == 3
