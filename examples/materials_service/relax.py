"""Relax structure: move the atoms, and if asked the cell, to the nearest minimum of the energy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from ouro.utils import dataset_payload, ouro_field, ouro_outputs
from pydantic import BaseModel, Field

from examples.materials_service import report
from examples.materials_service.assets import FileInput
from examples.materials_service.relaxation import Optimizer, Relaxation, Settings, relax
from examples.materials_service.run import CurrentRun, Result
from examples.materials_service.structures import (
    STRUCTURE_INPUT,
    Element,
    Repeats,
    cif_file,
    formula,
    load,
    repeated,
)

if TYPE_CHECKING:
    from ase import Atoms

router = APIRouter(tags=["structures"])


class RelaxRequest(BaseModel):
    """What to relax, and when to stop."""

    structure: FileInput
    fmax: float = Field(
        0.05,
        gt=0,
        le=1,
        title="Force tolerance",
        description="Stop when no atom feels more than this force, in eV/Å.",
    )
    max_steps: int = Field(
        200, ge=1, le=500, title="Max steps", description="Stop after this many steps at most."
    )
    optimizer: Optimizer = Field(
        Optimizer.BFGS, description="BFGS for small structures, FIRE for bad starting points."
    )
    relax_cell: bool = Field(
        False, title="Relax the cell", description="Let the lattice vectors change as well."
    )
    supercell: Repeats = Field([1, 1, 1], description="Repeat the cell along a, b and c first.")
    fixed_species: list[Element] | None = Field(
        None, title="Fixed species", description="Elements whose atoms keep their places."
    )
    keep_trajectory: bool = Field(
        False,
        title="Keep the trajectory",
        description="Also return energy and force of every step as a dataset.",
    )

    def settings(self) -> Settings:
        fixed = tuple(self.fixed_species or ())
        return Settings(self.fmax, self.max_steps, self.optimizer, self.relax_cell, fixed)


@ouro_field("x-ouro-input-assets", STRUCTURE_INPUT)
@ouro_outputs(
    {
        "relaxed_structure": {"asset_type": "file", "file_extensions": ["cif"], "primary": True},
        "summary": {"asset_type": "post"},
        "trajectory": {"asset_type": "dataset", "when": {"keep_trajectory": True}},
    }
)
@router.post("/structures/relax", summary="Relax structure")
def relax_structure(request: RelaxRequest, run: CurrentRun) -> dict[str, Any]:
    """Relax an atomic structure with the effective medium theory (EMT).

    Takes metals made of Ag, Al, Au, Cu, Ni, Pd and Pt, up to 200 atoms. Gives the relaxed
    structure as a CIF file and a short report; the energies also stand in the response.
    """
    atoms = repeated(load(request.structure), request.supercell)
    run.log(f"Read {formula(atoms)}: {len(atoms)} atoms.")
    relaxation = relax(atoms, request.settings(), run)
    return answer(request, relaxation)


def answer(request: RelaxRequest, relaxation: Relaxation) -> Result:
    facts = relaxation.facts()
    name = f"{request.structure.name.removesuffix('.cif').removesuffix('.xyz')} relaxed"
    told = "{formula}, {energy_per_atom:.4f} eV per atom after {steps} steps.".format(**facts)
    return {
        **facts,
        "relaxed_structure": cif_file(relaxation.atoms, name, f"Relaxed with EMT: {told}"),
        "summary": summary(request, relaxation, told),
        "trajectory": dataset_payload(
            relaxation.steps, name=f"{name}, steps", description="Energy and force of every step."
        )
        if request.keep_trajectory
        else None,
    }


def summary(request: RelaxRequest, relaxation: Relaxation, told: str) -> Result:
    facts, first, last = relaxation.facts(), relaxation.steps[0], relaxation.steps[-1]
    ends = [
        ("Energy (eV)", first["energy_ev"], last["energy_ev"]),
        ("Largest force (eV/Å)", first["max_force_ev_a"], last["max_force_ev_a"]),
        ("Volume (Å³)", first["volume_a3"] or None, last["volume_a3"] or None),
    ]
    verdict = "The structure is relaxed" if facts["converged"] else "The relaxation is not finished"
    return report.post(
        f"Relaxation of {request.structure.name}",
        told,
        f"{verdict}: **{facts['formula']}** with {facts['atoms']} atoms, {facts['steps']} steps of "
        f"{request.optimizer}, energy gained {facts['energy_gained']:.4f} eV.",
        "## Before and after",
        report.table(("quantity", "before", "after"), ends),
        "## How it was done",
        r"The effective medium theory gives the energy $E$; the atoms follow the forces "
        r"$\mathbf{F}_i = -\partial E / \partial \mathbf{r}_i$ until",
        rf"$$\max_i \lVert \mathbf{{F}}_i \rVert \le {request.fmax:g}\ \mathrm{{eV/Å}}$$",
        "The cell was relaxed as well." if request.relax_cell else "The cell was kept.",
        table_of_atoms(relaxation.atoms),
    )


def table_of_atoms(atoms: Atoms) -> str:
    counts = atoms.symbols.formula.count()
    rows = [
        (element, count, f"{count / len(atoms):.1%}".rstrip("%"))
        for element, count in counts.items()
    ]
    return "## Composition\n\n" + report.table(("element", "atoms", "at. %"), rows)
