"""Proteins and other molecules in PDB: fixed columns, one line an atom."""

from collections import Counter

from ouro_web.lib.structures.values import Structure, element_of


def read_pdb(text: str) -> Structure | None:
    """Atoms of the first model; the cell where one is stated that is no placeholder."""
    counts: Counter[str] = Counter()
    cell: tuple[float, ...] = ()
    group, models = "", 0
    for line in text.splitlines():
        record = line[:6].strip()
        if record in ("ATOM", "HETATM") and models <= 1:
            counts[_element(line)] += 1
        elif record == "CRYST1":
            cell = tuple(float(line[at : at + width]) for at, width in _CELL)
            group = line[55:66].strip()
        elif record == "MODEL":
            models += 1
    if not counts:
        return None
    if cell[:3] == (1.0, 1.0, 1.0):
        cell, group = (), ""  # what programs write for a molecule without a cell
    whole = {name: float(number) for name, number in counts.items()}
    return Structure(counts=whole, cell=cell, space_group=group, frames=max(1, models))


_CELL = ((6, 9), (15, 9), (24, 9), (33, 7), (40, 7), (47, 7))


def _element(line: str) -> str:
    stated = line[76:78].strip()
    return element_of(stated or line[12:16].strip().lstrip("0123456789"))
