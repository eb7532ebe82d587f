"""Crystals and molecules, drawn in three dimensions, with their facts in words."""

from ouro_web.files.models import File
from ouro_web.lib.media import is_textual
from ouro_web.lib.structures import Structure, format_of, from_json
from ouro_web.web.viewers.kind import Data, Kind

LARGEST_DRAWING = 4 << 20
# How the drawing library calls the formats; what it has no word for is not drawn.
DRAWN = {"cif": "cif", "xyz": "xyz", "pdb": "pdb", "mol": "sdf", "poscar": "vasp", "mol2": "mol2"}


def structure_of(file: File) -> Structure | None:
    stored = file.facts.get("structure")
    return from_json(stored) if stored else None


def _fits(file: File) -> bool:
    return is_textual(file.media_type) and format_of(file.filename, file.extension) in DRAWN


def _data(file: File, _: bool) -> Data | None:
    """A broken or very large file has no facts; it is shown as text."""
    structure = structure_of(file)
    name = format_of(file.filename, file.extension)
    if file.size > LARGEST_DRAWING or (structure is None and name != "mol2"):
        return None
    return {"structure": structure, "format": DRAWN[name], "key": _key(structure)}


def _key(structure: Structure | None) -> list[tuple[str, str]]:
    """Elements and how many of each, as they stand under the drawing."""
    if structure is None:
        return []
    return [(name, f"{count:g}") for name, count in sorted(structure.counts.items())][:12]


STRUCTURE = Kind("structure", fits=_fits, data=_data)
