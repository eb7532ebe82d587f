"""Element facts: what the potential knows about a metal; a GET route, safe to repeat."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query

from examples.materials_service.structures import Element

router = APIRouter(tags=["elements"])


@router.get("/elements/{symbol}", summary="Element facts")
def element_facts(
    symbol: Element,
    digits: Annotated[int, Query(ge=0, le=8, description="Decimal places of the numbers.")] = 4,
) -> dict[str, Any]:
    """Number, mass and the lattice constant at which the potential has its minimum."""
    from ase.data import atomic_masses, atomic_numbers

    number = atomic_numbers[symbol]
    constant, energy = bulk_minimum(symbol)
    return {
        "symbol": symbol,
        "atomic_number": number,
        "mass_u": round(float(atomic_masses[number]), digits),
        "lattice": "fcc",
        "lattice_constant_a": round(constant, digits),
        "energy_per_atom_ev": round(energy, digits),
    }


@cache
def bulk_minimum(symbol: str) -> tuple[float, float]:
    """Lattice constant (Å) and energy per atom (eV) of the fcc metal at rest."""
    from ase.build import bulk
    from ase.calculators.emt import EMT
    from ase.data import atomic_numbers, reference_states
    from scipy.optimize import minimize_scalar

    def energy(constant: float) -> float:
        atoms = bulk(symbol, "fcc", a=constant)
        atoms.calc = EMT()
        return float(atoms.get_potential_energy())

    start = reference_states[atomic_numbers[symbol]]["a"]
    found = minimize_scalar(energy, bounds=(0.9 * start, 1.1 * start), method="bounded")
    return float(found.x), float(found.fun)
