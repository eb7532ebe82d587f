"""Makes the samples of this folder anew: `python -m examples.samples.make`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import bulk, fcc111
from ase.calculators.emt import EMT
from ase.cluster import Octahedron
from ase.io import write
from PIL import Image

from examples.materials_service import plot
from examples.materials_service.elements import bulk_minimum
from examples.materials_service.structures import METALS

FOLDER = Path(__file__).parent


def copper() -> Atoms:
    """Face-centred cubic copper, four atoms, a little off its lattice constant."""
    return bulk("Cu", "fcc", a=3.65, cubic=True)


def nickel_aluminide() -> Atoms:
    """Ni3Al in its L1₂ order, eight cells with one aluminium atom missing and the rest shaken."""
    cell = Atoms(
        "AlNi3",
        scaled_positions=[(0, 0, 0), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5)],
        cell=[3.57] * 3,
        pbc=True,
    )
    atoms = cell.repeat(2)
    del atoms[0]
    atoms.rattle(0.04, seed=7)
    return atoms


def gold_slab() -> Atoms:
    """Four layers of Au(111) with the upper one lifted, under 8 Å of vacuum."""
    atoms = fcc111("Au", (2, 2, 4), a=4.06, vacuum=8.0, periodic=True)
    top = atoms.positions[:, 2] > atoms.positions[:, 2].max() - 0.1
    atoms.positions[top, 2] += 0.2
    return atoms


def strained_aluminium() -> Atoms:
    """Aluminium pulled by 3 % along a and pressed by 2 % along c."""
    atoms = bulk("Al", "fcc", a=3.99, cubic=True)
    atoms.set_cell(atoms.cell.lengths() * (1.03, 1.0, 0.98), scale_atoms=True)
    return atoms


def copper_gold() -> Atoms:
    """Ordered CuAu, layers of copper and gold (L1₀)."""
    places = [(0, 0, 0), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5)]
    return Atoms("Cu2Au2", scaled_positions=places, cell=[3.96, 3.96, 3.67], pbc=True)


def platinum_cluster() -> Atoms:
    """An octahedron of 38 platinum atoms with its corners cut off, slightly too wide."""
    atoms = Octahedron("Pt", length=4, cutoff=1)
    atoms.positions *= 1.03
    return Atoms(atoms.get_chemical_symbols(), positions=atoms.positions)


def iron() -> Atoms:
    """A metal that the EMT potential does not know: to see the refusal."""
    return bulk("Fe", "bcc", a=2.87, cubic=True)


def scan(metal: str, points: int = 21) -> Iterator[dict[str, Any]]:
    """Energy, pressure and largest stress of a metal by its lattice constant."""
    constant, lowest = bulk_minimum(metal)
    for index in range(points):
        strain = 0.06 * (2 * index / (points - 1) - 1)
        atoms = bulk(metal, "fcc", a=constant * (1 + strain))
        atoms.calc = EMT()
        stress = atoms.get_stress()
        yield {
            "metal": metal,
            "strain": round(strain, 4),
            "lattice_constant_a": round(constant * (1 + strain), 5),
            "volume_a3": round(atoms.get_volume(), 5),
            "energy_ev": round(atoms.get_potential_energy(), 6),
            "above_minimum_ev": round(atoms.get_potential_energy() - lowest, 6),
            "pressure_gpa": round(-float(stress[:3].mean()) * 160.21766, 4),
        }


def table(rows: list[dict[str, Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def landscape(side: int = 61) -> list[list[float]]:
    """Energy per atom of aluminium in a tetragonal cell, a across and c upwards."""

    def energy(a: float, c: float) -> float:
        atoms = bulk("Al", "fcc", a=1.0, cubic=True)
        atoms.set_cell([a, a, c], scale_atoms=True)
        atoms.calc = EMT()
        return float(atoms.get_potential_energy()) / 4

    steps = [3.7 + 0.7 * index / (side - 1) for index in range(side)]
    return [[energy(a, c) for a in steps] for c in reversed(steps)]


def picture(heights: list[list[float]], scale: int = 8) -> Image.Image:
    """The landscape in bands of colour, lowest darkest."""
    low, high = min(map(min, heights)), max(map(max, heights))
    fine = np.asarray(smooth(heights, scale))
    bands = np.sqrt((fine - low).clip(0) / (high - low))
    colours = [[colour(float(band)) for band in line] for line in bands]
    return Image.fromarray(np.array(colours, dtype=np.uint8)).quantize(32)


def smooth(heights: list[list[float]], scale: int) -> Image.Image:
    """The heights as a picture of numbers, with the points between filled in."""
    side = len(heights) * scale
    rough = Image.fromarray(np.array(heights, dtype=np.float32))
    return rough.resize((side, side), Image.Resampling.BICUBIC)


def colour(height: float) -> tuple[int, int, int]:
    """From deep violet over red to pale yellow, in sixteen bands."""
    band = min(15, int(16 * height)) / 15
    return int(58 + 190 * band), int(12 + 220 * band**1.6), int(96 + 60 * band * (1 - band))


def report(rows: list[dict[str, Any]]) -> bytes:
    """A page with the curves of all metals and their minima."""
    curves = [
        [(row["strain"], row["above_minimum_ev"]) for row in rows if row["metal"] == metal]
        for metal in METALS
    ]
    axes = ("linear strain", "energy above minimum (eV)")
    drawing = plot.lines_plot("Seven metals", axes, curves, names=METALS)
    minima = [(metal, *(f"{value:.4f}" for value in bulk_minimum(metal))) for metal in METALS]
    head = ("metal", "lattice constant (Å)", "energy per atom (eV)")
    return plot.page("Seven metals under strain", drawing, plot.html_table(head, minima))


def settings() -> dict[str, Any]:
    return {
        "potential": "EMT",
        "metals": [str(metal) for metal in METALS],
        "relaxation": {"optimizer": "BFGS", "fmax": 0.05, "max_steps": 200},
        "scan": {"strain": 0.06, "points": 21},
    }


STRUCTURES = {
    "copper-fcc.cif": copper,
    "ni3al-vacancy.cif": nickel_aluminide,
    "gold-111-slab.cif": gold_slab,
    "aluminium-strained.cif": strained_aluminium,
    "copper-gold-ordered.cif": copper_gold,
    "iron-bcc.cif": iron,
    "platinum-cluster.xyz": platinum_cluster,
}


def make() -> None:
    for name, build in STRUCTURES.items():
        write(FOLDER / name, build(), format="cif" if name.endswith("cif") else "extxyz")
    rows = [row for metal in METALS for row in scan(str(metal))]
    (FOLDER / "metals-under-strain.csv").write_text(table(rows))
    (FOLDER / "metals-under-strain.html").write_bytes(report(rows))
    (FOLDER / "settings.json").write_text(json.dumps(settings(), indent=2) + "\n")
    picture(landscape()).save(FOLDER / "aluminium-energy.png", optimize=True)


if __name__ == "__main__":
    make()
