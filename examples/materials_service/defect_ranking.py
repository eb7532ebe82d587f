"""Relax defect candidates a little and order them by what they cost."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from examples.materials_service.defect_sites import Defect
from examples.materials_service.elements import bulk_minimum
from examples.materials_service.relaxation import Settings, relax
from examples.materials_service.run import Result, Run
from examples.materials_service.structures import cif

if TYPE_CHECKING:
    from ase import Atoms

MOST_SECONDS = 180.0
BRIEFLY = Settings(fmax=0.1, max_steps=30)


@dataclass(frozen=True)
class Ranked:
    """A relaxed candidate with the energy it costs."""

    name: str
    defect: Defect
    atoms: Atoms
    formation_energy: float
    converged: bool

    def row(self) -> Result:
        return {
            "candidate": self.name,
            "family": str(self.defect.family),
            "defect": self.defect.label(),
            "formula": self.atoms.get_chemical_formula("metal"),
            "atoms": len(self.atoms),
            "formation_energy_ev": round(self.formation_energy, 5),
            "converged": self.converged,
        }


def rank(host: Atoms, chosen: list[Defect], run: Run) -> list[Ranked]:
    """Relax one after the other, as long as there is time; cheapest first."""
    base, end = energy(host), time.monotonic() + MOST_SECONDS
    ranked: list[Ranked] = []
    for number, defect in enumerate(chosen, start=1):
        if time.monotonic() > end:
            run.log(f"Out of time: {len(chosen) - len(ranked)} candidates are left out.", "warning")
            break
        ranked.append(settle(f"{number:03d}_{defect.label()}", defect, base))
        found = ranked[-1].formation_energy
        run.log(f"{number}/{len(chosen)} {defect.label()} ({defect.family}): {found:.3f} eV")
    return sorted(ranked, key=lambda one: one.formation_energy)


def settle(name: str, defect: Defect, base: float) -> Ranked:
    """Relax a candidate; its own steps are not worth a line each."""
    relaxation = relax(defect.atoms.copy(), BRIEFLY, Run())
    cost = relaxation.steps[-1]["energy_ev"] - base
    cost += bulk_minimum(defect.removed)[1] if defect.removed else 0.0
    cost -= bulk_minimum(defect.added)[1] if defect.added else 0.0
    return Ranked(name, defect, relaxation.atoms, cost, relaxation.converged)


def energy(atoms: Atoms) -> float:
    """Of the host at rest, relaxed as briefly as the candidates are."""
    return relax(atoms.copy(), BRIEFLY, Run()).steps[-1]["energy_ev"]


def archive(ranked: list[Ranked]) -> bytes:
    """The relaxed candidates as CIF files in one zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as folder:
        for one in ranked:
            folder.writestr(f"{one.name}.cif", cif(one.atoms))
    return buffer.getvalue()
