"""The drawing of what an asset came from and what came from it, with places worked out here, so
that it needs no script."""

import textwrap
from dataclasses import dataclass

from ouro_web.actions import ancestry
from ouro_web.actions.ancestry import Family, Node
from ouro_web.actions.models import Action, ActionAsset
from ouro_web.assets.access import Person
from ouro_web.assets.models import Asset
from ouro_web.lib import kept
from ouro_web.lib.kept import slot

WIDTH, HEIGHT = 168, 60  # of one box, in the units of the drawing
ACROSS, DOWN = 40, 12  # between two
EDGE = 2
LETTERS = 24  # of a name in one line; it has two

_runs = kept.Rows(
    lambda: ActionAsset.objects.filter(asset=slot(ActionAsset, "asset")).values_list("pk")[:1]
)


@dataclass(frozen=True)
class Box:
    node: Node
    x: int
    y: int
    address: str
    icon: str
    title: str
    under: str
    is_middle: bool

    @property
    def lines(self) -> list[tuple[int, str]]:
        """The name, broken, with the height of each line in the box."""
        words = textwrap.wrap(self.title, LETTERS, max_lines=2, placeholder="…")
        return list(zip((13, 27) if len(words) == 2 else (19,), words, strict=True))

    @property
    def css(self) -> str:
        kind = "closed" if not self.address else "run" if self.node.run else "asset"
        return f"{kind} middle" if self.is_middle else kind


@dataclass(frozen=True)
class Picture:
    family: Family
    width: int
    height: int
    boxes: list[Box]
    lines: list[str]  # as SVG writes paths

    @property
    def middle(self) -> int:
        """Where the asset itself stands, from the left: what a narrow screen shows first."""
        return next((box.x + WIDTH // 2 for box in self.boxes if box.is_middle), 0)


def of(asset: Asset, person: Person) -> Picture | None:
    """None where no run that this reader may see made the asset, or made something of it."""
    if not _runs.all(asset=asset.pk):
        return None
    family = ancestry.of(asset, person)
    return drawn(family) if family.edges else None


def drawn(family: Family) -> Picture:
    columns: dict[int, list[Node]] = {}
    for node in family.nodes:
        columns.setdefault(node.level, []).append(node)
    first, tallest = min(columns), max(map(len, columns.values()))
    boxes = {
        id(node): _box(node, family, (node.level - first, at, tallest - len(column)))
        for column in columns.values()
        for at, node in enumerate(column)
    }
    return Picture(
        family,
        width=len(columns) * (WIDTH + ACROSS) - ACROSS + 2 * EDGE,
        height=tallest * (HEIGHT + DOWN) - DOWN + 2 * EDGE,
        boxes=list(boxes.values()),
        lines=[_line(boxes[id(one)], boxes[id(two)]) for one, two in family.edges],
    )


def _box(node: Node, family: Family, place: tuple[int, int, int]) -> Box:
    column, row, spare = place
    x = EDGE + column * (WIDTH + ACROSS)
    y = EDGE + row * (HEIGHT + DOWN) + spare * (HEIGHT + DOWN) // 2
    is_middle = node is family.middle
    if node.run:
        said = ("/actions/" + str(node.run.pk), "route", node.run.route_name, _day(node.run))
    elif node.asset:
        said = (node.asset.get_absolute_url(), node.asset.asset_type, node.asset.name, _told(node))
    else:
        said = ("", "", hidden(node.hidden), "")
    return Box(node, x, y, *said, is_middle=is_middle)


def hidden(count: int) -> str:
    return "Something you cannot see" if count == 1 else f"{count} things you cannot see"


def _day(run: Action) -> str:
    return f"{run.created_at:%-d %b %Y}"


def _told(node: Node) -> str:
    said = node.name or (node.asset.asset_type if node.asset else "")
    return f"{said}, version {node.version}" if node.version else said


def _line(one: Box, other: Box) -> str:
    x, y = one.x + WIDTH, one.y + HEIGHT // 2
    to_x, to_y = other.x, other.y + HEIGHT // 2
    bend = x + ACROSS // 2
    return f"M{x} {y}C{bend} {y} {bend} {to_y} {to_x} {to_y}"
