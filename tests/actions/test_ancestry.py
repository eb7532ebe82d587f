"""What a reader is shown of where an asset came from and what came from it."""

from itertools import pairwise
from typing import Any

import pytest

from ouro_web.actions import ancestry
from ouro_web.actions.models import Action, ActionAsset
from ouro_web.teams.models import GLOBAL_ID

pytestmark = pytest.mark.django_db


@pytest.fixture
def ran(alice, make_route):
    """ran(inputs, outputs): a finished run of alice's that took and made these."""
    routes: list[Any] = []

    def run(taken, made, *, visibility="route", user=None):
        routes.append(make_route(f"Step {len(routes)}", path=f"/{len(routes)}"))
        action = Action.objects.create(
            user=user or alice, route=routes[-1], route_name=routes[-1].name, call={},
            status="success", organization_id=GLOBAL_ID, team_id=GLOBAL_ID,
            output_visibility="private", visibility=visibility,
        )  # fmt: skip
        for direction, assets in (("in", taken), ("out", made)):
            for at, asset in enumerate(assets):
                ActionAsset.objects.create(
                    action=action, asset=asset, direction=direction, name=f"{direction}_{at}",
                    asset_type="file", asset_name=asset.name, made_here=direction == "out",
                )  # fmt: skip
        return action

    return run


@pytest.fixture
def files(make_file):
    return {name: make_file(f"{name}.txt") for name in "abcdefghij"}


def told(node: ancestry.Node):
    """A node and all behind it, as nested names."""
    name = node.run.route_name if node.run else node.asset.name if node.asset else node.hidden
    return (name, [told(each) for each in node.farther]) if node.farther else name


def test_it_goes_several_steps_to_both_sides(ran, files, alice):
    ran([files["a"], files["b"]], [files["c"]])
    ran([files["c"]], [files["d"]])
    ran([files["d"]], [files["e"], files["f"]])

    family = ancestry.of(files["d"].asset, alice)

    assert [told(node) for node in family.sources] == [
        ("Step 1", [("c.txt", [("Step 0", ["a.txt", "b.txt"])])])
    ]
    assert [told(node) for node in family.results] == [("Step 2", ["e.txt", "f.txt"])]
    assert len(family.edges) == 8
    assert not family.goes_on


def test_it_ends_somewhere_and_says_so(ran, files, alice):
    names = "abcdefghij"
    for one, two in pairwise(names):
        ran([files[one]], [files[two]])

    family = ancestry.of(files["e"].asset, alice)

    assert family.goes_on
    assert {node.level for node in family.nodes} == set(range(-6, 7))
    assert not ancestry.of(files["b"].asset, alice).nodes[1].farther[0].farther


def test_runs_that_the_reader_may_not_see_are_left_out_with_all_behind_them(
    ran, files, alice, rita
):
    ran([files["a"]], [files["b"]])
    ran([files["b"]], [files["c"]], visibility="private")
    ran([files["c"]], [files["d"]])

    assert [told(node) for node in ancestry.of(files["c"].asset, rita).results] == [
        ("Step 2", ["d.txt"])
    ]
    assert not ancestry.of(files["c"].asset, rita).sources
    assert ancestry.of(files["c"].asset, alice).sources


def test_assets_that_the_reader_may_not_see_are_only_counted(ran, files, rita, make_file):
    secret = make_file("secret.txt", visibility="private")
    gone = make_file("gone.txt")
    ran([files["a"]], [secret])
    ran([files["b"], secret, gone], [files["c"]])
    gone.delete()

    family = ancestry.of(files["c"].asset, rita)

    assert [told(node) for node in family.sources] == [("Step 1", ["b.txt", 2])]
    assert "secret" not in repr([told(node) for node in family.nodes])


def test_what_a_run_took_and_made_again_ends(ran, files, alice):
    ran([files["a"]], [files["a"], files["b"]])
    ran([files["b"]], [files["a"]])

    assert len(ancestry.of(files["a"].asset, alice).nodes) == 4


def test_more_than_fits_is_not_drawn(ran, files, alice, make_file):
    for number in range(8):
        ran([files["a"]], [make_file(f"{number}.txt")])
    family = ancestry.of(files["a"].asset, alice)
    assert len(family.results) == ancestry.MOST_RUNS
    assert family.goes_on


def test_a_file_page_draws_it_and_lists_it(ran, files, rita, client, make_file):
    made = ran([files["a"], make_file("secret.txt", visibility="private")], [files["b"]])
    client.force_login(rita)

    page = client.get(files["b"].get_absolute_url()).content.decode()

    assert f'<a href="/actions/{made.pk}" tabindex="-1">' in page
    assert "Something you cannot see" in page
    assert "secret" not in page
    assert 'id="lineage"' not in client.get(files["c"].get_absolute_url()).content.decode()
