"""Facts of crystal and molecule files: formula, cell, atoms, space group where the file states it.

Small readers, so that the web process needs no simulation library.
"""

from collections.abc import Callable

from ouro_web.lib.structures.cif import read_cif
from ouro_web.lib.structures.mol import read_mol
from ouro_web.lib.structures.pdb import read_pdb
from ouro_web.lib.structures.poscar import read_poscar
from ouro_web.lib.structures.values import Structure, element_of, from_json
from ouro_web.lib.structures.xyz import read_xyz

__all__ = ["Structure", "element_of", "format_of", "from_json", "read"]

ENDINGS = {
    "cif": "cif", "xyz": "xyz", "extxyz": "xyz", "pdb": "pdb", "ent": "pdb", "mol": "mol",
    "sdf": "mol", "mol2": "mol2", "vasp": "poscar", "poscar": "poscar",
}  # fmt: skip
READERS: dict[str, Callable[[str], Structure | None]] = {
    "cif": read_cif, "xyz": read_xyz, "pdb": read_pdb, "mol": read_mol, "poscar": read_poscar,
}  # fmt: skip


def format_of(filename: str, extension: str) -> str:
    """POSCAR and CONTCAR go without an ending, and by names like POSCAR_relaxed."""
    if filename.upper().startswith(("POSCAR", "CONTCAR")):
        return "poscar"
    return ENDINGS.get(extension, "")


def read(text: str, form: str) -> Structure | None:
    """The structure in a text of this format or ending; None where none can be read."""
    reader = READERS.get(ENDINGS.get(form, form))
    try:
        return reader(text) if reader else None
    except (ValueError, IndexError, OverflowError, ZeroDivisionError):
        return None
