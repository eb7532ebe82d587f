"""The runs and assets around one asset: which run made it, of what, what made that, and so on; and
what was made of it. For one reader.

Runs that the reader may not see are left out with all that lies behind them. Of a run that she may
see, assets that she may not see, or that are gone, are only counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import UUIDField

from ouro_web.actions.models import Action, ActionAsset
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.lib import kept
from ouro_web.lib.kept import Slot

STEPS = 3  # runs in a row, to each side
MOST_RUNS = 6  # and assets, in one step
MOST_ASSETS = 8
LOOKED_AT = 200  # links of one step
IN, OUT = ActionAsset.Direction.IN, ActionAsset.Direction.OUT


@dataclass(eq=False)
class Node:
    """A run, an asset, or so many assets of a run that are not shown."""

    level: int  # 0 is the asset itself; runs stand at odd levels, sources at negative ones
    run: Action | None = None
    asset: Asset | None = None
    hidden: int = 0
    name: str = ""  # under which the asset stands in the run beside it
    version: int | None = None
    farther: list["Node"] = field(default_factory=list)  # those first met from here


@dataclass
class Family:
    middle: Node
    nodes: list[Node]
    edges: list[tuple[Node, Node]] = field(default_factory=list)  # from the earlier to the later
    goes_on: bool = False  # there is more than is shown

    @property
    def sources(self) -> list[Node]:
        return [node for node in self.middle.farther if node.level < 0]

    @property
    def results(self) -> list[Node]:
        return [node for node in self.middle.farther if node.level > 0]


_linked = kept.Rows(
    lambda: ActionAsset.objects.filter(asset=Slot("pk", UUIDField())).values_list("pk")[:1]
)


def of(asset: Asset, person: Person) -> Family:
    """At most three queries for each step, and one more to each side."""
    family = Family(Node(0, asset=asset), [])
    family.nodes.append(family.middle)
    if not _linked.all(pk=asset.pk):
        return family
    known: dict[UUID, Node] = {asset.pk: family.middle}
    for sign in (-1, 1):
        _walk(family, known, person, sign)
    return family


def _walk(family: Family, known: dict[UUID, Node], person: Person, sign: int) -> None:
    edge = [family.middle]
    for level in range(1, 2 * STEPS, 2):
        runs = _runs(family, known, edge, person, sign * level)
        edge = _assets(family, known, runs, person, sign * (level + 1)) if runs else []
        if not edge:
            return
    family.goes_on |= _beside(edge, person, sign).exists()


def _beside(assets: Iterable[Node], person: Person, sign: int) -> Any:
    """The links of these assets to the runs that made them, or to those that made more of them."""
    ids = [node.asset.pk for node in assets if node.asset]
    seen = Action.objects.visible_to(person).values("pk")
    links = ActionAsset.objects.filter(asset__in=ids, action__in=seen)
    if sign < 0:
        return links.filter(direction=OUT, made_here=True)
    fruitful = ActionAsset.objects.filter(direction=OUT, made_here=True).values("action")
    return links.filter(direction=IN, action__in=fruitful)


def _runs(
    family: Family, known: dict[UUID, Node], assets: list[Node], person: Person, level: int
) -> list[Node]:
    places = {node.asset.pk: node for node in assets if node.asset}
    links = _beside(assets, person, level).select_related("action").order_by("-action_id", "pk")
    found: list[Node] = []
    for link in links[:LOOKED_AT]:
        here = places[link.asset_id]
        run = known.get(link.action_id)
        if run is None:
            if len(found) >= MOST_RUNS:
                family.goes_on = True
                break
            run = known[link.action_id] = _hung(family, here, Node(level, run=link.action))
            found.append(run)
        _join(family, here, run)
    return found


def _assets(
    family: Family, known: dict[UUID, Node], runs: list[Node], person: Person, level: int
) -> list[Node]:
    places = {node.run.pk: node for node in runs if node.run}
    side = {"direction": IN} if level < 0 else {"direction": OUT, "made_here": True}
    every = ActionAsset.objects.filter(action__in=places, **side)
    links = list(every.order_by("-is_primary", "pk")[:LOOKED_AT])
    ids = {link.asset_id for link in links if link.asset_id}
    rows = Asset.objects.visible_to(person).filter(pk__in=ids).select_related("as_file")
    seen = {row.pk: row for row in rows}
    found: list[Node] = []
    for link in links:
        run = places[link.action_id]
        if link.asset_id not in seen:
            _count_hidden(family, run, level)
        elif link.asset_id in known:
            _join(family, run, known[link.asset_id])
        elif len(found) >= MOST_ASSETS:
            family.goes_on = True
        else:
            row = seen[link.asset_id]
            node = Node(level, asset=row, name=link.name, version=link.version)
            known[row.pk] = _hung(family, run, node)
            found.append(node)
            _join(family, run, node)
    return found


def _hung(family: Family, near: Node, node: Node) -> Node:
    near.farther.append(node)
    family.nodes.append(node)
    return node


def _count_hidden(family: Family, run: Node, level: int) -> None:
    node = next((each for each in run.farther if each.hidden), None)
    if node is None:
        node = _hung(family, run, Node(level))
        _join(family, run, node)
    node.hidden += 1


def _join(family: Family, one: Node, other: Node) -> None:
    """An edge from the earlier to the later; none against the time, which a run that took its own
    output again would need."""
    pair = (one, other) if one.level < other.level else (other, one)
    if one.level != other.level and pair not in family.edges:
        family.edges.append(pair)
