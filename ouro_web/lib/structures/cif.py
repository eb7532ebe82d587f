"""Crystals in CIF: enough of the format for the cell, the atoms in it and the space group."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ouro_web.lib.structures.values import Structure, element_of, tidy

MAX_POSITIONS = 10_000
CLOSE = 1e-3  # two positions nearer than this, in fractions of the cell, are one
# Bounded repeats: no text makes the reader look at its letters many times over.
TOKEN = re.compile(
    r"^;(?P<block>[\s\S]*?)\n;|(?P<comment>#[^\n]*)"
    r"|'(?P<single>[^\n]{0,200}?)'(?=\s|\Z)|\"(?P<double>[^\n]{0,200}?)\"(?=\s|\Z)|(?P<bare>\S+)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """One data block: single items, and loops as lists under each of their names."""

    items: dict[str, str]
    loops: dict[str, list[str]]

    def text(self, *names: str) -> str:
        for name in names:
            value = self.items.get(name, "").strip()
            if value not in {"", "?", "."}:
                return value
        return ""

    def column(self, *names: str) -> list[str]:
        for name in names:
            if name in self.loops:
                return self.loops[name]
            if name in self.items:
                return [self.items[name]]
        return []


def read_cif(text: str) -> Structure | None:
    block = _block(text)
    cell = _cell(block)
    counts = _counts(block)
    if not counts:
        return None
    group = block.text(
        "_space_group_name_h-m_alt", "_symmetry_space_group_name_h-m", "_space_group_it_number",
        "_symmetry_int_tables_number",
    )  # fmt: skip
    return Structure(counts=counts, cell=cell, space_group=group)


def _cell(block: Block) -> tuple[float, ...]:
    names = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
    values = [block.text(f"_cell_{name}") for name in names]
    return tuple(number(value) for value in values) if all(values) else ()


def _counts(block: Block) -> dict[str, float]:
    """Atoms in the whole cell: each site times the places that symmetry puts it."""
    symbols = block.column("_atom_site_type_symbol") or block.column("_atom_site_label")
    axes = [block.column(f"_atom_site_fract_{axis}") for axis in "xyz"]
    occupancies = block.column("_atom_site_occupancy") or ["1"] * len(symbols)
    operations = [_operation(text) for text in _operations(block)]
    if not all(axes) or len(symbols) * max(1, len(operations)) > MAX_POSITIONS:
        listed = Counter(element_of(symbol) for symbol in symbols)
        return _stated(block) or {name: float(number) for name, number in listed.items()}
    counts: dict[str, float] = {}
    for symbol, occupancy, *place in zip(symbols, occupancies, *axes, strict=True):
        places = _images([number(value) for value in place], operations)
        filled = 1.0 if occupancy in {".", "?"} else number(occupancy)
        name = element_of(symbol)
        counts[name] = tidy(counts.get(name, 0) + places * filled)
    return counts


def _operations(block: Block) -> list[str]:
    return block.column(
        "_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz",
        "_space_group_symop.operation_xyz",
    )  # fmt: skip


def _stated(block: Block) -> dict[str, float]:
    parts = re.findall(r"([A-Z][a-z]?)([\d.]*)", block.text("_chemical_formula_sum"))
    return {name: float(count or 1) for name, count in parts}


Operation = list[tuple[list[float], float]]  # for each axis: factors of x, y, z and a shift


def _operation(text: str) -> Operation:
    return [_axis(part) for part in text.replace(" ", "").lower().split(",")]


def _axis(text: str) -> tuple[list[float], float]:
    factors, shift = [0.0, 0.0, 0.0], 0.0
    for sign, amount, letter in re.findall(r"([+-]?)([\d./]*)\*?([xyz]?)", text):
        if not amount and not letter:
            continue
        top, _, bottom = amount.partition("/")
        value = float(top or 1) / float(bottom or 1) * (-1 if sign == "-" else 1)
        if letter:
            factors["xyz".index(letter)] += value
        else:
            shift += value
    return factors, shift


def _images(place: list[float], operations: list[Operation]) -> int:
    """At how many different places in the cell the operations put a site."""
    found: list[list[float]] = []
    for operation in operations:
        image = [
            (sum(f * x for f, x in zip(factors, place, strict=True)) + shift) % 1
            for factors, shift in operation
        ]
        if not any(_same(image, other) for other in found):
            found.append(image)
    return len(found) or 1


def _same(one: list[float], other: list[float]) -> bool:
    return all(min(abs(a - b), 1 - abs(a - b)) < CLOSE for a, b in zip(one, other, strict=True))


def _block(text: str) -> Block:
    """The first data block that has atoms, or the last one there is."""
    block = Block({}, {})
    tokens = list(_tokens(text))
    at = 0
    while at < len(tokens):
        kind, value = tokens[at]
        lower = value.lower()
        if kind == "bare" and lower.startswith("data_"):
            if any(name.startswith("_atom_site_") for name in block.loops):
                break
            block = Block({}, {})
            at += 1
        elif kind == "bare" and lower == "loop_":
            at = _loop(tokens, at + 1, block)
        elif kind == "bare" and lower.startswith("_") and at + 1 < len(tokens):
            block.items[lower] = tokens[at + 1][1]
            at += 2
        else:
            at += 1
    return block


def _loop(tokens: list[tuple[str, str]], at: int, block: Block) -> int:
    names = []
    while at < len(tokens) and tokens[at][0] == "bare" and tokens[at][1].startswith("_"):
        names.append(tokens[at][1].lower())
        at += 1
    values = []
    while at < len(tokens) and not _is_keyword(*tokens[at]):
        values.append(tokens[at][1])
        at += 1
    for place, name in enumerate(names):
        block.loops[name] = values[place :: len(names)]
    return at


def _is_keyword(kind: str, value: str) -> bool:
    return kind == "bare" and value.lower().startswith(("_", "loop_", "data_", "save_"))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for found in TOKEN.finditer(text):
        if found.lastgroup and found.lastgroup != "comment":
            yield found.lastgroup, found[found.lastgroup]


def number(text: str) -> float:
    """CIF writes an uncertainty in brackets: 5.43(2)."""
    return float(text.partition("(")[0])
