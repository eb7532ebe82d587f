"""Alloys by the rule of mixtures: properties of the pure metals, weighted by composition."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, Field

from examples.materials_service.elements import bulk_minimum
from examples.materials_service.refusal import Refusal
from examples.materials_service.structures import Element

MOST_COMPOSITIONS = 2000
# Bulk moduli (GPa) and molar masses (u) of the metals at room temperature, rounded.
BULK_MODULUS = {"Ag": 101, "Al": 76, "Au": 180, "Cu": 137, "Ni": 180, "Pd": 187, "Pt": 278}
MASS = {"Ag": 107.9, "Al": 26.98, "Au": 197.0, "Cu": 63.55, "Ni": 58.69, "Pd": 106.4, "Pt": 195.1}
DENSITY_FACTOR = 1.66054 * 4  # u/Å³ to g/cm³, four atoms in a cubic fcc cell


class Property(StrEnum):
    """What can be asked of an alloy."""

    LATTICE_CONSTANT = "lattice_constant"
    BULK_MODULUS = "bulk_modulus"
    DENSITY = "density"


class Range(BaseModel):
    """An element and the least and most of it, as atomic fractions."""

    element: Element
    least: float = Field(0, ge=0, le=1)
    most: float = Field(1, ge=0, le=1)


class Target(BaseModel):
    """A property and the limits it should keep."""

    property: Property
    minimum: float | None = Field(None, description="Å, GPa or g/cm³.")
    maximum: float | None = Field(None, description="Å, GPa or g/cm³.")
    weight: float = Field(1, gt=0, le=10, description="How much it counts.")


@dataclass(frozen=True)
class Candidate:
    """A composition, its properties and how well they meet the targets (1 is best)."""

    composition: dict[str, float]
    properties: dict[Property, float]
    score: float

    def facts(self) -> dict[str, str | float]:
        parts = [f"{name} {share:.3g}" for name, share in self.composition.items() if share]
        rounded = {str(name): round(value, 3) for name, value in self.properties.items()}
        return {"alloy": ", ".join(parts), **rounded, "score": round(self.score, 4)}


def ranked(
    ranges: list[Range], targets: list[Target], sampling: str, amount: int, seed: int | None
) -> list[Candidate]:
    """Best first."""
    check(ranges)
    chosen = drawn(ranges, amount, seed) if sampling == "random" else gridded(ranges, amount)
    found = [rated(composition, targets) for composition in chosen]
    return sorted(found, key=lambda candidate: -candidate.score)


def check(ranges: list[Range]) -> None:
    names = [one.element for one in ranges]
    if len(set(names)) < len(names):
        raise Refusal("Each element can be given only once in ranges.")
    for one in ranges:
        if one.least > one.most:
            raise Refusal(f"{one.element}: the least ({one.least}) is above the most ({one.most}).")


def gridded(ranges: list[Range], steps: int) -> Iterator[dict[str, float]]:
    """All but the last element on a grid; the last one takes the rest, if it may."""
    axes = [levels(one, steps) for one in ranges[:-1]]
    if (steps + 1) ** len(axes) > MOST_COMPOSITIONS * 10:
        raise Refusal("The grid is too fine for so many elements; take fewer steps.")
    fitting = (shares for shares in itertools.product(*axes) if fits(shares, ranges[-1]))
    for shares in itertools.islice(fitting, MOST_COMPOSITIONS):
        yield composition(ranges, shares)


def drawn(ranges: list[Range], samples: int, seed: int | None) -> Iterator[dict[str, float]]:
    dice = random.Random(seed)  # noqa: S311 - a sample, not a secret
    for _ in range(samples):
        for _ in range(100):
            shares = tuple(dice.uniform(one.least, one.most) for one in ranges[:-1])
            if fits(shares, ranges[-1]):
                yield composition(ranges, shares)
                break


def levels(one: Range, steps: int) -> list[float]:
    return [one.least + (one.most - one.least) * step / steps for step in range(steps + 1)]


def fits(shares: tuple[float, ...], last: Range) -> bool:
    rest = 1 - sum(shares)
    return last.least - 1e-9 <= rest <= last.most + 1e-9


def composition(ranges: list[Range], shares: tuple[float, ...]) -> dict[str, float]:
    amounts = (*shares, max(0.0, 1 - sum(shares)))
    return {str(one.element): round(share, 6) for one, share in zip(ranges, amounts, strict=True)}


def rated(mixture: dict[str, float], targets: list[Target]) -> Candidate:
    properties = mixed(mixture)
    total = sum(target.weight for target in targets)
    score = sum(target.weight * met(target, properties[target.property]) for target in targets)
    return Candidate(mixture, properties, score / total)


def mixed(mixture: dict[str, float]) -> dict[Property, float]:
    """Vegard's law for the lattice, plain means for the rest."""
    constant = sum(share * bulk_minimum(name)[0] for name, share in mixture.items())
    mass = sum(share * MASS[name] for name, share in mixture.items())
    return {
        Property.LATTICE_CONSTANT: constant,
        Property.BULK_MODULUS: sum(share * BULK_MODULUS[name] for name, share in mixture.items()),
        Property.DENSITY: DENSITY_FACTOR * mass / constant**3,
    }


def met(target: Target, value: float) -> float:
    """1 within the limits, falling off with the relative distance outside them."""
    below = (target.minimum - value) if target.minimum is not None else 0.0
    above = (value - target.maximum) if target.maximum is not None else 0.0
    return 1 / (1 + 10 * max(below, above, 0.0) / value)
