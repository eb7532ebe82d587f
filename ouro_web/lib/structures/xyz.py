"""Molecules and cells in XYZ and extended XYZ."""

import re
from collections import Counter

from ouro_web.lib.structures.lattice import cell_of
from ouro_web.lib.structures.values import Structure, element_of


def read_xyz(text: str) -> Structure | None:
    lines = text.splitlines()
    number = int(lines[0])
    if number < 1 or len(lines) < number + 2:
        return None
    symbols = [element_of(line.split()[0]) for line in lines[2 : number + 2]]
    return Structure(
        counts=dict(Counter(symbols)),
        cell=_lattice(lines[1]),
        frames=max(1, len(lines) // (number + 2)),
    )


def _lattice(comment: str) -> tuple[float, ...]:
    found = re.search(r'Lattice="([^"]+)"', comment)
    if not found:
        return ()
    numbers = [float(word) for word in found[1].split()]
    return cell_of([numbers[0:3], numbers[3:6], numbers[6:9]])
