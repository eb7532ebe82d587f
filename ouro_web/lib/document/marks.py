"""Bold, italic, strike, code and links of one line of text, as pieces that nest properly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ouro_web.lib.document import nodes
from ouro_web.lib.markdown import addresses

NAMES = {"bold": "bold", "strong": "bold", "italic": "italic", "em": "italic",
         "strike": "strike", "s": "strike", "link": "link", "code": "code"}  # fmt: skip
Mark = tuple[str, ...]  # ("bold",) or ("link", href, title)


@dataclass
class Piece:
    """Words to be escaped, something finished, or one end of a mark."""

    kind: str  # words, atom, open or close
    text: str
    mark: Mark = ()
    encoded: set[int] = field(default_factory=set)  # positions in the words

    @property
    def is_delimiter(self) -> bool:
        return self.kind in ("open", "close") and self.mark[0] != "link"


def of(node: Any) -> set[Mark]:
    found = node.get("marks") if isinstance(node, Mapping) else None
    return {mark for each in (found if isinstance(found, list) else []) if (mark := _mark(each))}


def _mark(mark: Any) -> Mark:
    name = NAMES.get(nodes.kind(mark), "")
    if name != "link":
        return (name,) if name else ()
    href = nodes.words(mark, "href").replace("\n", "")
    if not href or not addresses.is_allowed(href):
        return ()
    return ("link", href, nodes.words(mark, "title").replace("\n", " "))


def arrange(leaves: list[tuple[Piece, set[Mark]]]) -> list[Piece]:
    """Opens and closes marks around the leaves so that they nest: links outermost, then the mark
    that lasts longest."""
    marks_of = [marks for _, marks in leaves]
    pieces: list[Piece] = []
    opened: list[Mark] = []
    for position, (leaf, wanted) in enumerate(leaves):
        kept = next((i for i, mark in enumerate(opened) if mark not in wanted), len(opened))
        pieces += [Piece("close", "", mark) for mark in reversed(opened[kept:])]
        del opened[kept:]
        new = sorted(wanted - set(opened), key=lambda mark: _rank(mark, marks_of[position:]))
        pieces += [Piece("open", "", mark) for mark in new]
        opened += new
        pieces.append(leaf)
    pieces += [Piece("close", "", mark) for mark in reversed(opened)]
    return pieces


def _rank(mark: Mark, coming: list[set[Mark]]) -> tuple[bool, int, Mark]:
    length = next((i for i, marks in enumerate(coming) if mark not in marks), len(coming))
    return mark[0] != "link", -length, mark


def sign(pieces: list[Piece]) -> None:
    """Gives each end its characters. Beside bold, italic is written with underlines, since runs
    of asterisks can be read in two ways."""
    present = {piece.mark[0] for piece in pieces if piece.mark}
    signs = {"bold": "**", "strike": "~~", "italic": "_" if "bold" in present else "*"}
    for piece in pieces:
        if piece.is_delimiter:
            piece.text = signs[piece.mark[0]]


def mind_edges(pieces: list[Piece]) -> None:
    """A mark begins only before, and ends only after, what is no space; and between a letter and
    punctuation it may not stand. Characters in the way are written as their number, which can be
    in the way of the mark on their other side: so again, until nothing is left to do."""
    before = -1
    while (encoded := sum(len(piece.encoded) for piece in pieces)) > before:
        before = encoded
        for at, piece in enumerate(pieces):
            if piece.is_delimiter:
                _mind_edge(pieces, at, piece)


def _mind_edge(pieces: list[Piece], at: int, piece: Piece) -> None:
    opening = piece.kind == "open"
    inside = _next(pieces, at, step=1 if opening else -1)
    outside = _next(pieces, at, step=-1 if opening else 1)
    within = inside[0].text[inside[1]] if inside else ""
    if inside and within.isspace():
        inside[0].encoded.add(inside[1])
    encoded = bool(inside and inside[1] in inside[0].encoded)
    solid = within.isalnum() and not encoded and piece.text != "_"
    if outside and not solid and not _is_safe(outside[0].text[outside[1]]):
        outside[0].encoded.add(outside[1])


def mind_mentions(pieces: list[Piece]) -> None:
    """One beside code, or another mention, goes without its backticks: they would run together. It
    may not stand in a word then."""
    for at, piece in enumerate(pieces):
        if piece.kind != "atom" or not piece.text.startswith("`{@"):
            continue
        before = pieces[at - 1] if at else None
        beside = [each for each in (before, *pieces[at + 1 : at + 2]) if each]
        if any(each.kind == "atom" and "`" in (each.text[0], each.text[-1]) for each in beside):
            piece.text = piece.text.strip("`")
            if before and before.kind == "words":
                before.encoded.add(len(before.text) - 1)


def _next(pieces: list[Piece], at: int, *, step: int) -> tuple[Piece, int] | None:
    """The character of words right beside a piece; none when something else stands there."""
    if not 0 <= at + step < len(pieces):
        return None
    beside = pieces[at + step]
    if beside.kind != "words":
        return None
    return beside, 0 if step == 1 else len(beside.text) - 1


def _is_safe(character: str) -> bool:
    return character in " \n" or (
        character.isascii() and not character.isalnum() and character.isprintable()
    )
