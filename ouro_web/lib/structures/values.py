"""What is known of a structure, and how it is written."""

import math
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from ouro_web.lib.elements import MASSES

WHOLE = 1e-3  # a count nearer than this to a whole number is one


@dataclass(frozen=True)
class Structure:
    counts: dict[str, float] = field(default_factory=dict)  # atoms of each element in the cell
    cell: tuple[float, ...] = ()  # a, b, c in Å, alpha, beta, gamma in degrees; () without a cell
    space_group: str = ""
    frames: int = 1

    @property
    def atoms(self) -> float:
        return tidy(sum(self.counts.values()))

    @property
    def formula(self) -> list[tuple[str, str]]:
        """(element, count) pairs, carbon and hydrogen first where there is carbon."""
        names = sorted(self.counts, key=lambda name: _hill(name, "C" in self.counts))
        return [(name, _number(self.counts[name])) for name in names]

    @property
    def volume(self) -> float | None:
        """In Å³."""
        if not self.cell:
            return None
        a, b, c, *angles = self.cell
        x, y, z = (math.cos(math.radians(angle)) for angle in angles)
        inside = 1 - x * x - y * y - z * z + 2 * x * y * z
        return a * b * c * math.sqrt(inside) if inside > 0 else None

    @property
    def density(self) -> float | None:
        """In g/cm³, where the mass of every element is known."""
        volume = self.volume
        if not volume or any(name not in MASSES for name in self.counts):
            return None
        mass = sum(MASSES[name] * count for name, count in self.counts.items())
        return mass / volume / 0.602214076

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(stored: dict[str, Any]) -> Structure:
    return Structure(
        counts=dict(stored.get("counts", {})),
        cell=tuple(stored.get("cell", ())),
        space_group=str(stored.get("space_group", "")),
        frames=int(stored.get("frames", 1)),
    )


def element_of(symbol: str) -> str:
    """`Fe3+`, `Fe1` and `FE` are Fe; what is no element stays as its letters."""
    letters = re.match(r"[A-Za-z]{1,2}", symbol)
    if not letters:
        return symbol[:8]
    name = letters[0].capitalize()
    return name if name in MASSES or len(name) == 1 else _first_letter(name)


def _first_letter(name: str) -> str:
    return name[0] if name[0] in MASSES else name


def _hill(name: str, has_carbon: bool) -> tuple[int, str]:
    first = {"C": 0, "H": 1} if has_carbon else {}
    return (first.get(name, 2), name)


def tidy(value: float) -> float:
    return round(value, 4)


def _number(value: float) -> str:
    if abs(value - round(value)) < WHOLE:
        return "" if round(value) == 1 else str(round(value))
    return f"{value:.3f}".rstrip("0")
