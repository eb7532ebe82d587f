"""The relaxation itself: atoms and, if asked, cell go downhill in energy, watched and timed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from examples.materials_service.refusal import Refusal
from examples.materials_service.run import Result, Run
from examples.materials_service.structures import Element, formula

if TYPE_CHECKING:
    from ase import Atoms

MOST_SECONDS = 60.0
LINES_EVERY = 10  # steps


class Optimizer(StrEnum):
    """The way downhill."""

    BFGS = "BFGS"
    LBFGS = "LBFGS"
    FIRE = "FIRE"


@dataclass(frozen=True)
class Settings:
    """How to relax, whoever asks."""

    fmax: float
    max_steps: int
    optimizer: Optimizer = Optimizer.LBFGS
    relax_cell: bool = False
    fixed_species: tuple[Element, ...] = ()


@dataclass(frozen=True)
class Relaxation:
    """The end of a relaxation and the steps that led there."""

    atoms: Atoms
    steps: list[dict[str, float]]
    converged: bool

    def facts(self) -> Result:
        first, last = self.steps[0], self.steps[-1]
        return {
            "formula": formula(self.atoms),
            "atoms": len(self.atoms),
            "energy": round(last["energy_ev"], 6),
            "energy_per_atom": round(last["energy_ev"] / len(self.atoms), 6),
            "energy_gained": round(first["energy_ev"] - last["energy_ev"], 6),
            "max_force": round(last["max_force_ev_a"], 6),
            "steps": len(self.steps) - 1,
            "converged": self.converged,
        }


def relax(atoms: Atoms, settings: Settings, run: Run) -> Relaxation:
    """Relax in place; stops at the wanted force, the last step or the end of the time."""
    from ase.calculators.emt import EMT

    hold(atoms, settings.fixed_species)
    atoms.calc = EMT()
    walk = optimizer(atoms, settings)
    steps, converged, end = [], False, time.monotonic() + MOST_SECONDS
    for converged in walk.irun(fmax=settings.fmax, steps=settings.max_steps):
        steps.append(step_facts(atoms, len(steps)))
        tell(run, steps[-1], converged)
        if time.monotonic() > end:
            run.log(f"Stopped after {MOST_SECONDS:.0f} s.", "warning")
            break
    if not converged:
        run.log("The wanted force was not reached; the best structure so far is kept.", "warning")
    return Relaxation(atoms, steps, bool(converged))


def hold(atoms: Atoms, species: tuple[Element, ...]) -> None:
    """Keep the atoms of some elements where they are."""
    from ase.constraints import FixAtoms

    held = [atom.index for atom in atoms if atom.symbol in species]
    if len(held) == len(atoms):
        raise Refusal("Every atom belongs to a fixed species, so nothing could move.")
    if held:
        atoms.set_constraint(FixAtoms(held))


def optimizer(atoms: Atoms, settings: Settings) -> Any:
    from ase import optimize
    from ase.filters import FrechetCellFilter

    if settings.relax_cell and not all(atoms.pbc):
        raise Refusal("This structure does not repeat in three directions: relax_cell must be off.")
    target = FrechetCellFilter(atoms) if settings.relax_cell else atoms
    return getattr(optimize, settings.optimizer)(target, logfile=None)


def step_facts(atoms: Atoms, step: int) -> dict[str, float]:
    force = float((atoms.get_forces() ** 2).sum(axis=1).max() ** 0.5)
    return {
        "step": step,
        "energy_ev": round(float(atoms.get_potential_energy()), 6),
        "max_force_ev_a": round(force, 6),
        "volume_a3": round(float(atoms.get_volume()), 4) if atoms.cell.rank == 3 else 0.0,
    }


def tell(run: Run, step: dict[str, float], converged: bool) -> None:
    if converged or step["step"] % LINES_EVERY == 0:
        numbers = f"E = {step['energy_ev']:.4f} eV, fmax = {step['max_force_ev_a']:.4f} eV/Å"
        run.log(f"Step {step['step']:.0f}: {numbers}")
