"""A quest of the demo: one item done, one that waits for its review, one that nobody has taken."""

from collections.abc import Mapping

from django.db import transaction

from ouro_web.assets.models import Asset, AssetType
from ouro_web.quests import entries, making, reviewing
from ouro_web.quests.models import Item, Quest
from ouro_web.web.demo.people import Cast
from ouro_web.web.demo.samples import find

TITLE = "Vacancy energies beyond nickel"
ABOUT = """We know what a missing atom costs in Ni₃Al with one potential. To trust the number, we
need the same for pure metals.

- forces below **0.05 eV/Å**, and say which potential
- a run on this site is best: then everybody sees how it was done

`{@mira}` looks at entries on Fridays.
"""
STRUCTURE = {
    "structure": {
        "asset_type": "file", "file_extensions": ["cif", "xyz", "extxyz"],
        "label": "Relaxed structure",
    }
}  # fmt: skip
ITEMS = [
    {"description": "Relax fcc **copper** and hand in the structure.", "reward_xp": 40,
     "submission_assets": STRUCTURE},
    {"description": "Say which potentials know **iron**, in a few words.", "reward_xp": 20},
    {"description": "Compare what two potentials say of the same vacancy, in a post.",
     "reward_xp": 80, "expected_asset_type": "post"},
]  # fmt: skip


def make(cast: Cast, samples: Mapping[str, Asset]) -> Asset:
    return find(cast, AssetType.QUEST, TITLE) or _make(cast, samples)


@transaction.atomic
def _make(cast: Cast, samples: Mapping[str, Asset]) -> Quest:
    quest = making.create(cast.place(cast.mira), name=TITLE, description=ABOUT, rows=ITEMS)
    copper, iron, _ = Item.objects.select_related("quest__owner", "eval_route").filter(quest=quest)
    entries.submit(
        copper,
        contributor=cast.jonas,
        assets={"structure": samples["copper-fcc.cif"].pk},
        text="Relaxed with EMT; the cell hardly moved.",
    )
    answered = entries.submit(
        iron, contributor=cast.aiko, assets={}, text="Not EMT. An EAM potential would do."
    )
    reviewing.review(answered, by=cast.mira, status="accepted", note="Thank you, that helps.")
    return quest
