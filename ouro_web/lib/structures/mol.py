"""Molecules in MOL and SDF, versions V2000 and V3000."""

from collections import Counter

from ouro_web.lib.structures.values import Structure, element_of


def read_mol(text: str) -> Structure | None:
    """The first molecule, and how many there are."""
    lines = text.splitlines()
    if len(lines) < 5:
        return None
    symbols = _new(lines) if "V3000" in lines[3] else _old(lines)
    if not symbols:
        return None
    counts = Counter(element_of(symbol) for symbol in symbols)
    frames = max(1, sum(line.startswith("$$$$") for line in lines))
    return Structure(counts={name: float(n) for name, n in counts.items()}, frames=frames)


def _old(lines: list[str]) -> list[str]:
    number = int(lines[3][:3])
    return [line[31:34].strip() for line in lines[4 : 4 + number]]


def _new(lines: list[str]) -> list[str]:
    symbols, inside = [], False
    for line in lines:
        words = line.removeprefix("M  V30").split()
        if words[:2] == ["BEGIN", "ATOM"]:
            inside = True
        elif words[:2] == ["END", "ATOM"]:
            break
        elif inside and len(words) > 2:
            symbols.append(words[1])
    return symbols
