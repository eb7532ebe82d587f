import pytest
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat, Now

from ouro_web.actions.models import WorkerBeat
from ouro_web.assets.models import Asset
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot, slot
from ouro_web.teams.models import Team

pytestmark = pytest.mark.django_db

NAMED = kept.Rows(
    lambda: Team.objects.select_related("organization").filter(name=slot(Team, "name"))
)
RENAME = kept.Update(
    lambda: WorkerBeat.objects.filter(owner=Slot("old", CharField())),
    owner=Concat(Slot("new", CharField()), Value("!")),
    beat_at=Now(),
)


def test_a_kept_query_finds_what_the_query_finds(django_assert_num_queries):
    team = Team.objects.select_related("organization").get()
    for _ in range(2):
        with django_assert_num_queries(1):
            found = NAMED.all(name=team.name)
            assert [(row, row.organization.name) for row in found] == [
                (team, team.organization.name)
            ]
        assert NAMED.first(name="no such team") is None


def test_values_come_as_columns_too(alice, make_route):
    first, second = make_route(name="One"), make_route(name="Two")
    by_owner = kept.Rows(
        lambda: Asset.objects.filter(owner=slot(Asset, "owner")).order_by("-name").values_list("pk")
    )
    routes = [pk for (pk,) in by_owner.all(owner=alice.pk) if pk in {first.pk, second.pk}]
    assert routes == [second.pk, first.pk]


def test_a_kept_update_changes_rows_and_counts_them():
    row = WorkerBeat(owner="a", beat_at="2026-11-22T00:00:00Z")
    kept.insert(row)
    assert RENAME(old="a", new="b") == 1
    assert RENAME(old="a", new="c") == 0
    assert list(WorkerBeat.objects.values_list("owner", flat=True)) == ["b!"]


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        NAMED.all(nam="x")


def test_a_slot_may_stand_in_an_expression():
    rows = kept.Rows(lambda: Team.objects.annotate(said=Concat(F("name"), slot(Team, "name"))))
    assert str(vars(rows.all(name="?")[0])["said"]).endswith("?")
