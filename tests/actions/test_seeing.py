"""The short way to one run says the same as the rule for lists."""

import itertools

import pytest

from ouro_web.actions import run
from ouro_web.actions.call import Call
from ouro_web.actions.models import Action, ActionAsset, ActionVisibility
from ouro_web.actions.seeing import visible_run
from ouro_web.assets.models import Asset

PLACES = ("public", "organization", "private", "monetized")


@pytest.mark.parametrize("visibility", PLACES)
def test_it_agrees_with_the_rule(
    alice, bob, rita, carol, make_service, make_route, make_asset, visibility
):
    people = {"alice": alice, "bob": bob, "rita": rita, "carol": carol}
    service = make_service()
    route = make_route(service=service)
    actions = [run.start(route, person, Call()) for person in people.values()]
    for action, place in itertools.product(actions, PLACES):
        ActionAsset.objects.create(
            action=action, direction="out", name=place, asset_type="post", asset_name=place,
            asset=make_asset(place, visibility=place),
        )  # fmt: skip
    Asset.objects.filter(pk=service.pk).update(visibility=visibility)
    Action.objects.filter(pk=actions[0].pk).update(visibility=ActionVisibility.ROUTE)
    for person, action in itertools.product(people.values(), actions):
        found = visible_run(action.pk, person)
        allowed = Action.objects.visible_to(person).filter(pk=action.pk).exists()
        assert (found is not None) == allowed
        if found:
            shown = {link.asset_id for link in found.links.all() if link.asset}
            assert shown == set(
                Asset.objects.visible_to(person).filter(runs=action).values_list("pk", flat=True)
            )


def test_a_run_whose_route_is_gone_is_its_owners(alice, bob, make_route):
    route = make_route()
    action = run.start(route, bob, Call())
    route.delete()
    own = visible_run(action.pk, bob)
    assert own
    assert own.route is None
    assert visible_run(action.pk, alice) is None


def test_ones_own_run_costs_few_queries(alice, make_route, django_assert_num_queries):
    action = run.start(make_route(), alice, Call())
    with django_assert_num_queries(2):
        visible_run(action.pk, alice)
