"""Quests of alice's, and a route that scores what is handed in."""

import pytest

from ouro_web.assets.models import Asset
from ouro_web.quests import entries, evaluating, making
from ouro_web.quests.models import Item, Quest
from tests.actions.conftest import (  # noqa: F401 - fixtures
    _loopback,
    _no_pauses,
    answer,
    carry_out,
    serve,
)

ONE = {"description": "Relax a structure"}
FILE = {"structure": {"asset_type": "file", "file_extensions": ["cif"]}}


@pytest.fixture
def make_quest(place, alice):
    def make(*rows, owner=None, visibility="public", **fields) -> Quest:
        placement = place(owner or alice, visibility)
        fields = {"name": "Relax them all", "description": "All **three**.", **fields}
        rules = {key: fields.pop(key) for key in RULES if key in fields}
        return making.create(placement, rows=rows or (ONE,), rules=rules, **fields)

    return make


RULES = ("type", "status", "max_xp_per_contributor")


@pytest.fixture
def item_of():
    """An item as the operations want it, anew from the database."""

    def item_of(quest, number=0):
        rows = Item.objects.select_related("quest__owner", "eval_route")
        return rows.filter(quest=quest)[number]

    return item_of


@pytest.fixture
def hand_in(item_of):
    def hand_in(quest, person, text="done", number=0, **assets):
        given = {key: asset.pk for key, asset in assets.items()}
        return entries.submit(item_of(quest, number), contributor=person, assets=given, text=text)

    return hand_in


@pytest.fixture
def judged(serve, make_service, make_route, alice):  # noqa: F811
    """judged(answer) -> a route of alice's that takes a cif and answers so."""

    def make(said, *, visibility="private", **fields):
        service = make_service(base_url=serve(answer(said)).url("/"), visibility=visibility)
        return make_route(
            "Judge", service=service, body={"type": "object"},
            input_assets=fields.pop("input_assets", FILE), **fields,
        )  # fmt: skip

    return make


@pytest.fixture
def settle(carry_out):  # noqa: F811
    """What workers do with an entry that is being evaluated."""

    def settle(entry):
        entry.refresh_from_db()
        carry_out(entry.eval_action)
        evaluating.settle(entry.eval_action_id)
        entry.refresh_from_db()
        return entry

    return settle


@pytest.fixture
def reads():
    return lambda person, asset: Asset.objects.readable_by(person).filter(pk=asset.pk).exists()
