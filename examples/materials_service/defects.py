"""Point-defect candidates: make them, relax each a little, rank them by formation energy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from ouro.utils import dataset_payload, file_payload, ouro_execution_mode, ouro_field, ouro_outputs
from pydantic import BaseModel, Field

from examples.materials_service import report
from examples.materials_service.assets import FileInput
from examples.materials_service.defect_ranking import BRIEFLY, Ranked, archive, rank
from examples.materials_service.defect_sites import Defect, DefectType, candidates, unknown
from examples.materials_service.refusal import Refusal
from examples.materials_service.run import DetachedRun, Result, Run, accept
from examples.materials_service.structures import (
    CRYSTAL_INPUT,
    METALS,
    Repeats,
    formula,
    load_crystal,
    repeated,
)

if TYPE_CHECKING:
    from ase import Atoms

router = APIRouter(tags=["defects"])


class DefectRequest(BaseModel):
    """Which defects to make, and how many."""

    structure: FileInput
    supercell: Repeats = Field(
        [2, 2, 2], description="Supercell dimensions used for candidate generation."
    )
    random_seed: int | None = Field(
        None, ge=0, description="Random seed used for deterministic candidate ordering when needed."
    )
    defect_types: list[DefectType] = Field(
        list(DefectType), min_length=1, description="Point-defect families to generate."
    )
    max_candidates: int = Field(
        24, ge=1, le=200, description="Maximum total number of generated defect structures."
    )
    dedupe_symmetry: bool = Field(
        True,
        description="Deduplicate equivalent candidates with symmetry-aware structure matching.",
    )
    dopant_elements: list[str] = Field(
        [],
        max_length=7,
        description="Dopant elements used for substitutional or interstitial defects.",
    )
    max_candidates_per_type: int = Field(
        8,
        ge=1,
        le=100,
        description="Maximum number of candidates emitted per defect family and dopant.",
    )


@ouro_field("x-ouro-input-assets", CRYSTAL_INPUT)
@ouro_execution_mode("async")
@ouro_outputs(
    {
        "report": {"asset_type": "post", "primary": True},
        "ranking": {"asset_type": "dataset"},
        "candidates": {
            "asset_type": "file",
            "file_extensions": ["zip"],
            "contains_file_extensions": ["cif"],
        },
    }
)
@router.post("/structures/point-defects", summary="Point-defect candidates", status_code=202)
def point_defects(request: DefectRequest, run: DetachedRun) -> JSONResponse:
    """Generate vacancy, substitutional and interstitial defect candidates from a structure.

    Each candidate is relaxed for a few steps and ranked by its formation energy. The results
    come by webhook; without a webhook address they are the answer.
    """
    strange = unknown(request.dopant_elements)
    if strange:
        known = ", ".join(METALS)
        raise Refusal(f"dopant_elements: {', '.join(strange)} cannot be used; choose from {known}.")
    host = repeated(load_crystal(request.structure), request.supercell)
    return accept(run, lambda: explore(host, request, run))


def explore(host: Atoms, request: DefectRequest, run: Run) -> Result:
    chosen = choose(host, request)
    if not chosen:
        raise Refusal("There is no such defect in this structure; add dopants or families.")
    run.log(f"Made {len(chosen)} candidates in {formula(host)} with {len(host)} atoms.")
    ranked = rank(host, chosen, run)
    run.log(f"Best: {ranked[0].name}, {ranked[0].formation_energy:.3f} eV.")
    return answer(request, host, ranked)


def choose(host: Atoms, request: DefectRequest) -> list[Defect]:
    """The first few of each family and dopant, and not too many in all."""
    dopants = list(dict.fromkeys(request.dopant_elements))
    families = list(dict.fromkeys(request.defect_types))
    found = candidates(host, families, dopants, request.random_seed, request.dedupe_symmetry)
    taken: dict[tuple[str, str], int] = {}
    chosen = []
    for defect in found:
        group = (defect.family, defect.added)
        taken[group] = taken.get(group, 0) + 1
        if taken[group] <= request.max_candidates_per_type:
            chosen.append(defect)
    return chosen[: request.max_candidates]


def answer(request: DefectRequest, host: Atoms, ranked: list[Ranked]) -> Result:
    rows = [one.row() for one in ranked]
    name = request.structure.name.removesuffix(".cif")
    about = f"{len(ranked)} point defects in {formula(host)}, supercell of {len(host)} atoms."
    return {
        "count": len(ranked),
        "best": rows[0],
        "report": summary(request, name, about, rows),
        "ranking": dataset_payload(
            rows, name=f"Point defects in {name}, ranking", description=about
        ),
        "candidates": file_payload(
            archive(ranked),
            name=f"Point defects in {name}, structures",
            description=about,
            extension="zip",
        ),
    }


def summary(request: DefectRequest, name: str, about: str, rows: list[Result]) -> Result:
    head = ("rank", "defect", "family", "formation energy (eV)", "relaxed")
    lines = [
        (place, row["defect"], row["family"], row["formation_energy_ev"], row["converged"])
        for place, row in enumerate(rows, start=1)
    ]
    return report.post(
        f"Point defects in {name}",
        about,
        about,
        f"The cheapest is `{rows[0]['defect']}` with **{rows[0]['formation_energy_ev']:.3f} eV**.",
        "## Ranking",
        report.table(head, lines),
        "## How it was done",
        "Each candidate was relaxed for at most "
        f"{BRIEFLY.max_steps} steps. Its formation energy counts the atoms added and removed "
        r"at the energy $\mu$ they have in their own metal:",
        r"$$E_f = E_\mathrm{defect} - E_\mathrm{host} - \sum_i \Delta n_i\, \mu_i$$",
        "Equivalent places were left out."
        if request.dedupe_symmetry
        else "Equivalent places were kept.",
    )
