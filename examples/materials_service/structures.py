"""Reading and writing atomic structures; says no to what the EMT potential does not know."""

from __future__ import annotations

import io
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from ouro.utils import file_payload
from pydantic import Field

from examples.materials_service.assets import FileInput, fetch
from examples.materials_service.refusal import Refusal
from examples.materials_service.run import Result

if TYPE_CHECKING:
    from ase import Atoms

MOST_BYTES = 2_000_000
MOST_ATOMS = 200
VACUUM = 6.0  # Å around a cluster that comes without a cell


class Element(StrEnum):
    """The metals of the effective medium theory."""

    AG = "Ag"
    AL = "Al"
    AU = "Au"
    CU = "Cu"
    NI = "Ni"
    PD = "Pd"
    PT = "Pt"


METALS = tuple(Element)
Repeats = Annotated[
    list[Annotated[int, Field(ge=1, le=6)]],
    Field(min_length=3, max_length=3),
]
STRUCTURE_INPUT = {
    "structure": {
        "asset_type": "file",
        "input_file_extensions": ["cif", "xyz"],
        "body_path": "structure",
        "primary": True,
    }
}
CRYSTAL_INPUT = {
    "structure": {**STRUCTURE_INPUT["structure"], "input_file_extensions": ["cif"]},
}


def load(file: FileInput) -> Atoms:
    """Fetch and read a structure, and check that it can be calculated."""
    atoms = parse(fetch(file, MOST_BYTES), file.suffix(), file.name)
    check_elements(atoms)
    check_size(atoms, MOST_ATOMS)
    return atoms


def load_crystal(file: FileInput, most_atoms: int = MOST_ATOMS) -> Atoms:
    """As `load`, for what needs a cell that repeats in three directions."""
    atoms = load(file)
    if not all(atoms.pbc):
        raise Refusal("This needs a crystal: the structure does not repeat in three directions.")
    check_size(atoms, most_atoms)
    return atoms


def parse(content: bytes, suffix: str, name: str) -> Atoms:
    from ase.io import read

    if suffix not in ("cif", "xyz"):
        raise Refusal(f"“{name}” is a .{suffix or '?'} file; this takes .cif and .xyz.")
    is_cif = suffix == "cif"
    source = io.BytesIO(content) if is_cif else io.StringIO(content.decode(errors="replace"))
    try:
        found = read(source, format="cif" if is_cif else "extxyz")
    except Exception as error:  # the readers raise whatever the text makes them raise
        raise Refusal(f"“{name}” cannot be read as a .{suffix} file: {error}") from error
    return _checked(found, name)


def _checked(found: object, name: str) -> Atoms:
    from ase import Atoms

    if not isinstance(found, Atoms) or not len(found):
        raise Refusal(f"“{name}” holds no atoms.")
    mixed = [site for site in (found.info.get("occupancy") or {}).values() if len(site) > 1]
    if mixed:
        raise Refusal(f"“{name}” has sites shared by several elements; give an ordered structure.")
    return bare(found)


def bare(atoms: Atoms) -> Atoms:
    """Atoms, cell and periodicity only: what else a file says would not fit a changed structure."""
    from ase import Atoms

    return Atoms(atoms.get_chemical_symbols(), atoms.positions, cell=atoms.cell, pbc=atoms.pbc)


def check_elements(atoms: Atoms) -> None:
    strange = sorted(set(atoms.get_chemical_symbols()) - set(METALS))
    if strange:
        raise Refusal(
            f"The EMT potential does not know {', '.join(strange)}. "
            f"It knows {', '.join(METALS[:-1])} and {METALS[-1]}."
        )


def check_size(atoms: Atoms, most: int) -> None:
    if len(atoms) > most:
        raise Refusal(f"{len(atoms)} atoms are too many here; the most is {most}.")


def repeated(atoms: Atoms, repeats: list[int], most: int = MOST_ATOMS) -> Atoms:
    """The supercell, refused before it is built when it would be too large."""
    count = len(atoms) * repeats[0] * repeats[1] * repeats[2]
    if count > most:
        cell = "×".join(map(str, repeats))
        raise Refusal(f"A {cell} supercell has {count} atoms; the most is {most}.")
    return atoms.repeat(repeats)


def boxed(atoms: Atoms) -> Atoms:
    """A cluster gets a box with some vacuum, because a CIF needs a cell."""
    if atoms.cell.rank < 3:
        atoms.center(vacuum=VACUUM)
    return atoms


def formula(atoms: Atoms) -> str:
    """The reduced formula, metals in the usual order."""
    return atoms.symbols.formula.reduce()[0].format("metal")


def cif(atoms: Atoms) -> bytes:
    from ase.io import write

    buffer = io.BytesIO()
    write(buffer, boxed(atoms.copy()), format="cif")
    return buffer.getvalue()


def cif_file(atoms: Atoms, name: str, description: str) -> Result:
    return file_payload(
        cif(atoms),
        name=name,
        description=description,
        extension="cif",
        content_type="chemical/x-cif",
    )
