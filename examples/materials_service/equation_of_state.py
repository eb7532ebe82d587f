"""Equation of state: energies at some volumes, a curve through them, and the bulk modulus."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from ouro.utils import dataset_payload, ouro_field, ouro_outputs
from pydantic import BaseModel, Field

from examples.materials_service import plot, report
from examples.materials_service.assets import FileInput
from examples.materials_service.refusal import Refusal
from examples.materials_service.run import CurrentRun, Result, Run
from examples.materials_service.structures import CRYSTAL_INPUT, formula, load_crystal

if TYPE_CHECKING:
    from ase import Atoms
    from ase.eos import EquationOfState

router = APIRouter(tags=["properties"])


class Fit(StrEnum):
    """The curve through the points."""

    BIRCH_MURNAGHAN = "birchmurnaghan"
    MURNAGHAN = "murnaghan"
    VINET = "vinet"
    STABILIZED_JELLIUM = "sj"


class CurveRequest(BaseModel):
    """Which volumes, and which curve."""

    structure: FileInput
    points: int = Field(11, ge=5, le=31, description="Number of volumes.")
    max_strain: float = Field(
        0.04, gt=0, le=0.1, description="Largest linear strain of the cell, both ways."
    )
    fit: Fit = Field(Fit.BIRCH_MURNAGHAN, description="Equation fitted to the energies.")


@ouro_field("x-ouro-input-assets", CRYSTAL_INPUT)
@ouro_outputs(
    {
        "report": {"asset_type": "post", "primary": True},
        "curve": {"asset_type": "dataset"},
        "plot": {"asset_type": "file", "file_extensions": ["html"]},
    }
)
@router.post("/structures/equation-of-state", summary="Equation of state")
def equation_of_state(request: CurveRequest, run: CurrentRun) -> dict[str, Any]:
    """Strain a crystal evenly, fit an equation of state and give volume and bulk modulus.

    Positions follow the cell; relax the structure first if its atoms are not at rest.
    """
    atoms = load_crystal(request.structure)
    rows = scan(atoms, strains(request.points, request.max_strain), run)
    return answer(request, atoms, rows, fit(rows, request.fit))


def strains(points: int, largest: float) -> list[float]:
    return [largest * (2 * index / (points - 1) - 1) for index in range(points)]


def scan(atoms: Atoms, wanted: list[float], run: Run) -> list[dict[str, float]]:
    """Energy and volume at each strain."""
    from ase.calculators.emt import EMT

    rows = []
    for strain in wanted:
        strained = atoms.copy()
        strained.set_cell(atoms.cell * (1 + strain), scale_atoms=True)
        strained.calc = EMT()
        energy, volume = float(strained.get_potential_energy()), float(strained.get_volume())
        rows.append(
            {
                "strain": round(strain, 6),
                "volume_a3": round(volume, 5),
                "energy_ev": round(energy, 6),
            }
        )
        run.log(f"Strain {strain:+.3f}: V = {volume:.3f} Å³, E = {energy:.4f} eV")
    return rows


def fit(rows: list[dict[str, float]], name: str) -> EquationOfState:
    """The fitted curve; a minimum outside the range is refused, because it would be a guess."""
    from ase.eos import EquationOfState

    volumes = [row["volume_a3"] for row in rows]
    curve = EquationOfState(volumes, [row["energy_ev"] for row in rows], eos=name)
    try:
        volume, _, modulus = curve.fit(warn=False)
    except (ValueError, RuntimeError) as error:
        raise Refusal(f"No equation of state fits these energies: {error}") from error
    if not min(volumes) <= volume <= max(volumes) or not modulus > 0:
        raise Refusal(
            "The energy has no minimum within this range of strain. "
            "Relax the structure with its cell first, or raise max_strain."
        )
    return curve


def facts(atoms: Atoms, curve: EquationOfState) -> Result:
    from ase.units import kJ

    return {
        "formula": formula(atoms),
        "equilibrium_volume": round(float(curve.v0), 4),
        "volume_per_atom": round(float(curve.v0) / len(atoms), 4),
        "minimum_energy": round(float(curve.e0), 6),
        "bulk_modulus_gpa": round(float(curve.B / kJ * 1e24), 2),
    }


def answer(
    request: CurveRequest, atoms: Atoms, rows: list[dict[str, float]], curve: EquationOfState
) -> Result:
    found, name = facts(atoms, curve), request.structure.name.removesuffix(".cif")
    title = f"Equation of state of {name}"
    about = "{formula}: {volume_per_atom} Å³ per atom, {bulk_modulus_gpa} GPa.".format(**found)
    return {
        **found,
        "report": summary(request, title, about, found, rows),
        "curve": dataset_payload(rows, name=f"{title}, points", description=about),
        "plot": plot.html_file(f"{title}, plot", about, drawing(title, rows, curve)),
    }


def summary(
    request: CurveRequest, title: str, about: str, found: Result, rows: list[dict[str, float]]
) -> Result:
    results = [
        ("equilibrium volume (Å³)", found["equilibrium_volume"]),
        ("volume per atom (Å³)", found["volume_per_atom"]),
        ("minimum energy (eV)", found["minimum_energy"]),
        ("bulk modulus (GPa)", found["bulk_modulus_gpa"]),
    ]
    points = [(row["strain"], row["volume_a3"], row["energy_ev"]) for row in rows]
    return report.post(
        title,
        about,
        f"{len(rows)} volumes of **{found['formula']}**, fitted with `{request.fit}`.",
        report.table(("quantity", "value"), results),
        r"The bulk modulus is the curvature at the minimum:",
        r"$$B = V \left. \frac{\partial^2 E}{\partial V^2} \right|_{V_0}$$",
        "## Points",
        report.table(("strain", "volume (Å³)", "energy (eV)"), points),
    )


def drawing(title: str, rows: list[dict[str, float]], curve: EquationOfState) -> str:
    """The fitted curve with the calculated points on it."""
    dots = [(row["volume_a3"], row["energy_ev"]) for row in rows]
    _, _, _, _, volumes, energies, *_ = curve.getplotdata()
    line = [(float(x), float(y)) for x, y in zip(volumes, energies, strict=True)]
    return plot.lines_plot(title, ("volume (Å³)", "energy (eV)"), [line], dots=dots)
