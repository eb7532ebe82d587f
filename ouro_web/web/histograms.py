"""Small drawings of how the values of a column are spread, as the numbers an SVG is made of."""

from dataclasses import dataclass
from typing import Any

from ouro_web.datasets import profile
from ouro_web.datasets.exports import spelled
from ouro_web.web.grid import NUMBERS, SHORT

WIDTH, HEIGHT = 160, 32
SMALLEST = 1.5  # a bar of few values is still seen


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Described:
    """A row of the schema: a column with what is known of its values."""

    column: dict[str, Any]
    kind: str
    facts: profile.Column | None
    bars: list[Bar]

    @property
    def is_number(self) -> bool:
        return str(self.column["type"]).startswith(NUMBERS)

    @property
    def least(self) -> str:
        return spelled(self.facts.least, self.kind) if self.facts else ""

    @property
    def most(self) -> str:
        return spelled(self.facts.most, self.kind) if self.facts else ""

    @property
    def words(self) -> str:
        """The drawing for those who do not see it."""
        if not self.facts:
            return ""
        largest = max(self.facts.counts)
        place = self.facts.counts.index(largest) + 1
        span = f"{len(self.facts.counts)} classes from {self.least} to {self.most}"
        return f"{span}, most values ({largest:,}) in class {place}"


def described(columns: list[dict[str, Any]], found: list[profile.Column]) -> list[Described]:
    facts = {one.name: one for one in found}
    return [
        Described(
            column,
            SHORT.get(column["type"], column["type"].lower()),
            facts.get(column["name"]),
            bars(facts[column["name"]].counts) if column["name"] in facts else [],
        )
        for column in columns
    ]


def bars(counts: list[int]) -> list[Bar]:
    if not any(counts):
        return []
    step, largest = WIDTH / len(counts), max(counts)
    heights = [max(SMALLEST, count / largest * HEIGHT) if count else 0.0 for count in counts]
    return [
        Bar(round(place * step, 1), round(HEIGHT - height, 1), round(step - 1, 1), round(height, 1))
        for place, height in enumerate(heights)
        if height
    ]
