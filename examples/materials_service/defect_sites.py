"""Point defects of a crystal: every place for a vacancy, a foreign atom or an extra atom."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from examples.materials_service.structures import METALS

if TYPE_CHECKING:
    import numpy as np
    from ase import Atoms

CLOSEST = 1.3  # Å between an interstitial and its neighbours
DIGITS = 2  # of the distances by which two places are told apart


class DefectType(StrEnum):
    """Families of point defects."""

    VACANCY = "vacancy"
    SUBSTITUTION = "substitution"
    INTERSTITIAL = "interstitial"


@dataclass(frozen=True)
class Defect:
    """One defect in a supercell; `removed` and `added` are what it does to the composition."""

    family: DefectType
    atoms: Atoms
    place: tuple[float, float, float]
    removed: str = ""
    added: str = ""

    def label(self) -> str:
        """In the notation of Kröger and Vink, without charges: V_Cu, Au_Cu, Au_i."""
        return f"{self.added or 'V'}_{self.removed or 'i'}"


def candidates(
    host: Atoms, families: list[DefectType], dopants: list[str], seed: int | None, dedupe: bool
) -> list[Defect]:
    """All defects, in an order that the seed fixes; with `dedupe` one of each equivalent set."""
    found = [defect for family in families for defect in MAKERS[family](host, dopants)]
    if seed is not None:
        random.Random(seed).shuffle(found)  # noqa: S311 - an order, not a secret
        found.sort(key=lambda defect: families.index(defect.family))
    return distinct(found) if dedupe else found


def distinct(defects: list[Defect]) -> list[Defect]:
    """One of each set that looks alike from the defect: same neighbours at the same distances."""
    kept = {(defect.label(), surroundings(defect)): defect for defect in reversed(defects)}
    return list(reversed(kept.values()))


def surroundings(defect: Defect) -> tuple[tuple[str, float], ...]:
    """Species and distances of all atoms around a place, sorted."""
    from ase.geometry import get_distances

    atoms = defect.atoms
    _, distances = get_distances([defect.place], atoms.positions, cell=atoms.cell, pbc=atoms.pbc)
    pairs = zip(atoms.get_chemical_symbols(), distances[0], strict=True)
    return tuple(sorted((symbol, round(float(distance), DIGITS)) for symbol, distance in pairs))


def vacancies(host: Atoms, dopants: list[str]) -> Iterator[Defect]:
    for index, symbol in enumerate(host.get_chemical_symbols()):
        atoms = host.copy()
        del atoms[index]
        yield Defect(DefectType.VACANCY, atoms, place_of(host, index), removed=symbol)


def substitutions(host: Atoms, dopants: list[str]) -> Iterator[Defect]:
    """Foreign atoms; without dopants the antisites of an alloy."""
    species = dopants or sorted(set(host.get_chemical_symbols()))
    for index, symbol in enumerate(host.get_chemical_symbols()):
        for added in species:
            if added != symbol:
                atoms = host.copy()
                atoms.symbols[index] = added
                place = place_of(host, index)
                yield Defect(DefectType.SUBSTITUTION, atoms, place, removed=symbol, added=added)


def interstitials(host: Atoms, dopants: list[str]) -> Iterator[Defect]:
    """Extra atoms in the holes; without dopants of the host's own kinds."""
    from ase import Atom

    for x, y, z in holes(host):
        for added in dopants or sorted(set(host.get_chemical_symbols())):
            atoms = host.copy()
            atoms.append(Atom(added, (x, y, z)))
            yield Defect(DefectType.INTERSTITIAL, atoms, (x, y, z), added=added)


def holes(host: Atoms) -> list[tuple[float, float, float]]:
    """Corners of the Voronoi cells: the points farthest from their neighbours, widest first."""
    from scipy.spatial import Voronoi

    around = host.repeat((3, 3, 3))
    corners = Voronoi(around.positions).vertices
    inside = host.cell.scaled_positions(corners) - 1
    scaled = inside[((inside > -1e-6) & (inside < 1 - 1e-6)).all(axis=1)]
    sized = [(round(room(host, place), 3), place) for place in merged(host, scaled)]
    wide = sorted((pair for pair in sized if pair[0] >= CLOSEST), key=lambda pair: -pair[0])
    return [(float(x), float(y), float(z)) for _, (x, y, z) in wide]


def merged(host: Atoms, scaled: np.ndarray) -> list[np.ndarray]:
    """Corners that the rounding of the Voronoi cells has split are one place."""
    places: dict[tuple[float, ...], np.ndarray] = {}
    for point in scaled:
        key = tuple(float(value) for value in (point.round(3) % 1.0).round(3))
        places.setdefault(key, host.cell.cartesian_positions(point))
    return list(places.values())


def room(host: Atoms, place: np.ndarray) -> float:
    """Distance to the nearest atom."""
    from ase.geometry import get_distances

    _, distances = get_distances([place], host.positions, cell=host.cell, pbc=host.pbc)
    return float(distances.min())


def place_of(host: Atoms, index: int) -> tuple[float, float, float]:
    x, y, z = host.positions[index]
    return float(x), float(y), float(z)


def unknown(dopants: list[str]) -> list[str]:
    return [dopant for dopant in dopants if dopant not in METALS]


MAKERS = {
    DefectType.VACANCY: vacancies,
    DefectType.SUBSTITUTION: substitutions,
    DefectType.INTERSTITIAL: interstitials,
}
