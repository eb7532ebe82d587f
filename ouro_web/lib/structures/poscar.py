"""Crystals as VASP writes them: POSCAR and CONTCAR."""

from collections import Counter

from ouro_web.lib.structures.lattice import cell_of
from ouro_web.lib.structures.values import Structure, element_of

MOST_ATOMS = 1_000_000


def read_poscar(text: str) -> Structure | None:
    """Files of before version 5 name no elements, and are not read."""
    lines = text.splitlines()
    vectors = [[float(word) for word in line.split()[:3]] for line in lines[2:5]]
    symbols = [element_of(word.partition("_")[0].partition("/")[0]) for word in lines[5].split()]
    numbers = [int(word) for word in lines[6].split()]
    if not symbols or len(symbols) != len(numbers) or not 0 < sum(numbers) <= MOST_ATOMS:
        return None
    counts: Counter[str] = Counter()
    for symbol, number in zip(symbols, numbers, strict=True):
        counts[symbol] += number
    whole = {name: float(number) for name, number in counts.items()}
    return Structure(counts=whole, cell=cell_of(_scaled(vectors, lines[1])))


def _scaled(vectors: list[list[float]], line: str) -> list[list[float]]:
    """One factor, or three; a negative one is the volume that the cell is to have."""
    factors = [float(word) for word in line.split()[:3]]
    if len(factors) == 1 and factors[0] < 0:
        factors = [(-factors[0] / abs(_volume(vectors))) ** (1 / 3)]
    if len(factors) == 1:
        factors *= 3
    return [[value * f for value, f in zip(row, factors, strict=True)] for row in vectors]


def _volume(vectors: list[list[float]]) -> float:
    (a, b, c), (d, e, f), (g, h, i) = vectors
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
