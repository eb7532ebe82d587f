"""Phonons by finite differences: how a crystal vibrates, along a path and in all."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from ouro.utils import dataset_payload, ouro_field, ouro_outputs
from pydantic import BaseModel, Field

from examples.materials_service import plot, report
from examples.materials_service.assets import FileInput
from examples.materials_service.run import CurrentRun, Result, Run
from examples.materials_service.structures import (
    CRYSTAL_INPUT,
    Repeats,
    formula,
    load_crystal,
    repeated,
)

if TYPE_CHECKING:
    from ase import Atoms
    from ase.phonons import Phonons

router = APIRouter(tags=["properties"])
MOST_ATOMS_IN_CELL = 8
MOST_ATOMS_IN_SUPERCELL = 260
PATH_POINTS = 90
THZ = 241.79892  # per eV
UNSTABLE_BELOW = -0.3  # THz; smaller ones are noise of the acoustic branches

Rows = list[dict[str, float | str]]


class PhononRequest(BaseModel):
    """How finely to look."""

    structure: FileInput
    supercell: Repeats = Field(
        [3, 3, 3], description="Cells in which one atom is moved; larger is more exact."
    )
    displacement: float = Field(0.05, gt=0, le=0.2, description="How far an atom is moved, in Å.")
    mesh: int = Field(12, ge=4, le=24, description="Points of the density's mesh along each axis.")


@dataclass(frozen=True)
class Vibrations:
    """Frequencies in THz along the path, its named points, and the density of states."""

    branches: list[list[float]]
    distances: list[float]
    names: list[tuple[float, str]]
    density: list[tuple[float, float]]

    def lowest(self) -> float:
        return min(min(branch) for branch in self.branches)

    def highest(self) -> float:
        return max(max(branch) for branch in self.branches)


@ouro_field("x-ouro-input-assets", CRYSTAL_INPUT)
@ouro_outputs(
    {
        "report": {"asset_type": "post", "primary": True},
        "dispersion": {"asset_type": "dataset"},
        "density": {"asset_type": "dataset"},
        "plot": {"asset_type": "file", "file_extensions": ["html"]},
    }
)
@router.post("/structures/phonons", summary="Phonon dispersion and density")
def phonons(request: PhononRequest, run: CurrentRun) -> dict[str, Any]:
    """Frequencies of the lattice vibrations of a crystal with at most 8 atoms in its cell.

    Moves every atom a little both ways along x, y and z in a supercell and reads the forces.
    """
    atoms = load_crystal(request.structure, MOST_ATOMS_IN_CELL)
    repeated(atoms, request.supercell, MOST_ATOMS_IN_SUPERCELL)
    run.log(f"Moving {len(atoms)} atoms of {formula(atoms)} in {6 * len(atoms)} ways.")
    with tempfile.TemporaryDirectory() as folder:
        model = force_constants(atoms, request, Path(folder))
        run.log("The force constants are ready.")
        vibrations = solve(atoms, model, request.mesh)
    warn(vibrations, run)
    return answer(request, atoms, vibrations)


def force_constants(atoms: Atoms, request: PhononRequest, folder: Path) -> Phonons:
    from ase.calculators.emt import EMT
    from ase.phonons import Phonons

    repeats = (request.supercell[0], request.supercell[1], request.supercell[2])
    place = str(folder / "forces")
    model = Phonons(atoms, EMT(), supercell=repeats, delta=request.displacement, name=place)
    model.run()
    model.read(acoustic=True)
    return model


def solve(atoms: Atoms, model: Phonons, mesh: int) -> Vibrations:
    """Frequencies along the standard path of the lattice, and their density on a mesh."""
    path = atoms.cell.bandpath(npoints=PATH_POINTS)
    energies = model.band_structure(path.kpts, verbose=False)
    distances, ends, labels = path.get_linear_kpoint_axis()
    density = model.get_dos(kpts=(mesh, mesh, mesh)).sample_grid(npts=200, width=0.0006)
    bars = zip(density.get_energies() * THZ, density.get_weights() / THZ, strict=True)
    return Vibrations(
        branches=[
            [round(float(value) * THZ, 6) + 0.0 for value in branch] for branch in energies.T
        ],
        distances=[round(float(distance), 6) for distance in distances],
        names=named_points(ends, labels),
        density=[(round(float(x), 5), round(float(y), 6)) for x, y in bars],
    )


def named_points(ends: Any, labels: list[str]) -> list[tuple[float, str]]:
    """Names of the corners; two at one distance, where the path jumps, share a mark."""
    names: dict[float, str] = {}
    for end, label in zip(ends, labels, strict=True):
        readable = label.replace("G", "Γ")
        place = round(float(end), 6)
        names[place] = f"{names[place]}|{readable}" if place in names else readable
    return sorted(names.items())


def warn(vibrations: Vibrations, run: Run) -> None:
    if vibrations.lowest() < UNSTABLE_BELOW:
        run.log("There are imaginary frequencies: the structure is not stable.", "warning")


def answer(request: PhononRequest, atoms: Atoms, vibrations: Vibrations) -> Result:
    title = f"Phonons of {request.structure.name.removesuffix('.cif')}"
    stable = vibrations.lowest() >= UNSTABLE_BELOW
    about = f"{formula(atoms)}: frequencies up to {vibrations.highest():.2f} THz."
    return {
        "formula": formula(atoms),
        "stable": stable,
        "highest_frequency_thz": round(vibrations.highest(), 4),
        "lowest_frequency_thz": round(vibrations.lowest(), 4),
        "report": summary(request, title, about, vibrations),
        "dispersion": dataset_payload(
            dispersion_rows(vibrations), name=f"{title}, dispersion", description=about
        ),
        "density": dataset_payload(
            [{"frequency_thz": x, "states_per_thz": y} for x, y in vibrations.density],
            name=f"{title}, density",
            description=about,
        ),
        "plot": plot.html_file(f"{title}, plot", about, *drawings(title, vibrations)),
    }


def dispersion_rows(vibrations: Vibrations) -> Rows:
    names = dict(vibrations.names)
    rows: Rows = []
    for index, distance in enumerate(vibrations.distances):
        point = names.get(round(distance, 6), "")
        row: dict[str, float | str] = {"distance": distance, "point": point}
        for number, branch in enumerate(vibrations.branches, start=1):
            row[f"branch_{number:02d}_thz"] = branch[index]
        rows.append(row)
    return rows


def summary(request: PhononRequest, title: str, about: str, vibrations: Vibrations) -> Result:
    stable = vibrations.lowest() >= UNSTABLE_BELOW
    verdict = "No imaginary frequency: the crystal is **stable**."
    if not stable:
        verdict = "There are **imaginary frequencies** (negative below): the crystal is not stable."
    corners = [
        (name, *(f"{branch[index]:.3f}" for branch in vibrations.branches[:6]))
        for place, name in vibrations.names
        for index in [nearest(vibrations.distances, place)]
    ]
    head = ("point", *(f"branch {n}" for n in range(1, len(corners[0]))))
    cells = "×".join(map(str, request.supercell))
    return report.post(
        title,
        about,
        verdict,
        f"Finite differences of {request.displacement:g} Å in {cells} cells. The frequencies are "
        r"the roots of the eigenvalues of the dynamical matrix,",
        r"$$D(\mathbf{q})\,\mathbf{e} = \omega^2\,\mathbf{e}$$",
        "## Frequencies in THz",
        report.table(head, corners),
    )


def nearest(values: list[float], wanted: float) -> int:
    return min(range(len(values)), key=lambda index: abs(values[index] - wanted))


def drawings(title: str, vibrations: Vibrations) -> tuple[str, str]:
    lines = [list(zip(vibrations.distances, branch, strict=True)) for branch in vibrations.branches]
    path, density = "path through the Brillouin zone", ("frequency (THz)", "states per THz")
    return (
        plot.lines_plot(title, (path, density[0]), lines, marks=vibrations.names),
        plot.lines_plot(f"{title}, density", density, [vibrations.density]),
    )
