"""The inline nodes of one block as a line of markdown, or several with breaks between."""

import re
from collections.abc import Callable
from typing import Any

from ouro_web.lib.document import marks, nodes
from ouro_web.lib.document.marks import Mark, Piece
from ouro_web.lib.markdown.grammar import NAME, RUN_VALUE

_USERNAME = re.compile(NAME)
_RUNS = re.compile(r"`+")
_PLAIN_ADDRESS = re.compile(r"[^\s<>()\\]+")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_BEGINNING = re.compile(
    r"(?P<sign>[-+*](?=\s|$)|#{1,6}(?=\s|$)|>|[-=|:][-=|:\s]*$)"
    r"|(?P<number>\d{1,9})(?=[.)](?:\s|$))"
    r"|\[(?=[^\]\n]*\]:)"
)
_EDGE = re.compile(r"^\s+|\s+$")
_CLOSING_HASHES = re.compile(r"(?<!\\)#+$")


def write(content: list[Any], *, one_line: bool = False) -> str:
    """A paragraph's text, or that of a heading or cell, which must stay on one line."""
    pieces = marks.arrange(_leaves(content, one_line=one_line))
    marks.sign(pieces)
    marks.mind_mentions(pieces)
    marks.mind_edges(pieces)
    raw = "".join(piece.text for piece in pieces)
    dollars, bracket = raw.count("$") > 1, _bracket(raw)
    written = []
    depth = 0
    for at, piece in enumerate(pieces):
        depth += {"open": 1, "close": -1}.get(piece.kind, 0) if _is_link(piece) else 0
        following = pieces[at + 1] if at + 1 < len(pieces) else None
        if piece.kind == "words":
            before_link = following is not None and _is_link(following) and not depth
            escaped = _escaped(piece, dollars=dollars, bracket=bracket, within=depth > 0)
            if before_link and escaped[-1] in "!^":
                escaped = f"{escaped[:-1]}\\{escaped[-1]}"
            written.append(escaped)
        elif _is_link(piece):
            written.append("[" if piece.kind == "open" else f"]({_target(piece.mark)})")
        else:
            written.append(piece.text)
    return _lines("".join(written), one_line=one_line)


def heading(content: list[Any]) -> str:
    text = write(content, one_line=True)
    return _CLOSING_HASHES.sub(lambda found: f"\\{found[0]}", text)


def image(node: Any) -> str:
    address = _address(nodes.words(node, "src").replace("\n", ""))
    alternative = nodes.words(node, "alt").replace("\n", " ")
    alternative = _escape(alternative, dollars=True, bracket="", within=True)
    return f"![{alternative}]({address}{_title(nodes.words(node, 'title'))})"


def mathematics(node: Any) -> str:
    return _mathematics(nodes.words(node, "latex"), display=is_display(node))


def is_display(node: Any) -> bool:
    return str(nodes.attribute(node, "displayMode")).lower() == "true"


def _leaves(content: list[Any], *, one_line: bool) -> list[tuple[Piece, set[Mark]]]:
    leaves: list[tuple[Piece, set[Mark]]] = []
    for node in _flat(content):
        piece, wanted = _leaf(node), marks.of(node)
        if ("code",) in wanted:
            piece = _code(piece.text) if piece.kind == "words" else piece
        wanted.discard(("code",))
        if piece.kind == "break":
            wanted &= leaves[-1][1] if leaves else set()
        if not piece.text:
            continue
        last = leaves[-1] if leaves else None
        if last and last[0].kind == piece.kind == "words" and last[1] == wanted:
            last[0].text += piece.text
        else:
            leaves.append((piece, wanted))
    return _with_breaks(leaves, one_line=one_line)


def _with_breaks(
    leaves: list[tuple[Piece, set[Mark]]], *, one_line: bool
) -> list[tuple[Piece, set[Mark]]]:
    for at, (piece, wanted) in enumerate(leaves):
        if piece.kind != "break":
            continue
        coming = next((marks for leaf, marks in leaves[at + 1 :] if leaf.kind != "break"), set())
        wanted &= coming
        last = at == len(leaves) - 1
        piece.kind, piece.text = "atom", "<br>" if one_line or last else "\\\n"
    return leaves


def _flat(content: list[Any]) -> list[Any]:
    """Inline nodes; what is unknown gives what it holds."""
    flat = []
    for node in content:
        known = nodes.kind(node) in _LEAVES
        flat += [node] if known else _flat(nodes.children(node))
    return flat


def _leaf(node: Any) -> Piece:
    return _LEAVES[nodes.kind(node)](node)


def _words(node: Any) -> Piece:
    return Piece("words", nodes.text_of(node))


def _break(_: Any) -> Piece:
    return Piece("break", "\n")


def _image(node: Any) -> Piece:
    return Piece("atom", image(node))


def _formula(node: Any) -> Piece:
    latex = " ".join(nodes.words(node, "latex").split("\n"))
    return Piece("atom", _mathematics(latex, display=is_display(node)))


def _mention(node: Any) -> Piece:
    for name in ("username", "label", "id"):
        if _USERNAME.fullmatch(nodes.words(node, name)):
            return Piece("atom", f"`{{@{nodes.words(node, name)}}}`")
    label = nodes.words(node, "label") or nodes.words(node, "id")
    return Piece("words", f"@{label}" if label else "")


_LEAVES: dict[str, Callable[[Any], Piece]] = {
    "text": _words,
    "hardBreak": _break,
    "image": _image,
    "mathematics": _formula,
    "mention": _mention,
}


def _mathematics(latex: str, *, display: bool) -> str:
    if not latex.strip():
        return ""
    if "\\[" in latex or "\\]" in latex or "\\(" in latex or "\\)" in latex:
        return f"$${latex}$$" if display else f"${latex.strip()}$"
    return f"\\[{latex}\\]" if display else f"\\({latex}\\)"


def _code(text: str) -> Piece:
    text = text.replace("\n", " ")
    longest = max((len(run) for run in _RUNS.findall(text)), default=0)
    taken = {len(run) for run in _RUNS.findall(text)}
    fence = "`" * next(size for size in range(1, longest + 2) if size not in taken)
    spaced = text.startswith(" ") and text.endswith(" ") and text.strip(" ") != ""
    if text and (spaced or text[0] == "`" or text[-1] == "`"):
        text = f" {text} "
    return Piece("atom", f"{fence}{text}{fence}" if text else "")


def _is_link(piece: Piece) -> bool:
    return bool(piece.mark) and piece.mark[0] == "link"


def _target(mark: Mark) -> str:
    return f"{_address(mark[1])}{_title(mark[2])}"


def _address(address: str) -> str:
    address = _ENTITY.sub("&amp;", address)
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    return "<" + re.sub(r"([<>\\])", r"\\\1", address) + ">"


def _title(title: str) -> str:
    if not title:
        return ""
    escaped = _ENTITY.sub("&amp;", re.sub(r'(["\\])', r"\\\1", title))
    return f' "{escaped}"'


def _escaped(piece: Piece, **risks: Any) -> str:
    """The words with what would be read as markup escaped, and what stands in its way encoded."""
    written, start = [], 0
    for at in sorted(piece.encoded):
        if at > start:
            written.append(_escape(piece.text[start:at], **risks))
        written.append(f"&#{ord(piece.text[at])};")
        start = at + 1
    if start < len(piece.text):
        written.append(_escape(piece.text[start:], **risks))
    return "".join(written)


_OPENED = re.compile(r"\[(?!\^[^\]\s(]+\](?!\())")
_MARKUP = re.compile(
    r"`|\\(?![^\s!-/:-@\[-`{-~])|(?<!\s)\*|\*(?!\s)|(?<![^\W_])_|_(?![^\W_])|\A~|(?<!\s)~|~\Z|~(?=~)"
    r"|<(?=[A-Za-z/!?]|\Z)|(?<![\w@./:+`-])@(?=[A-Za-z0-9{])"
)


def _bracket(raw: str) -> str:
    """How an opening one is written where a link could arise from the words; "" where none can.
    A formula would begin with \\[ if \\] follows, say in code."""
    if "](" not in raw:
        return ""
    return "&#91;" if "\\]" in raw else "\\["


def _escape(text: str, **risks: Any) -> str:
    """Values of runs stay as they are spelled."""
    written, start = [], 0
    for value in RUN_VALUE.finditer(text):
        written += [_escape_words(text[start : value.start()], **risks), value[0]]
        start = value.end()
    return "".join([*written, _escape_words(text[start:], **risks)])


def _escape_words(text: str, *, dollars: bool, bracket: str, within: bool) -> str:
    """`within` when they are the words of a link."""
    text = _ENTITY.sub("\0", text)
    text = _MARKUP.sub(lambda found: f"\\{found[0]}", text)
    text = text.replace("\0", "&amp;")
    if dollars:
        text = text.replace("$", "\\$")
    if within:
        return re.sub(r"[\[\]]", _encoded, text)
    if bracket:
        # Never \] too: after \[ it would be a formula.
        return _OPENED.sub(lambda _: bracket, text).replace("](", "&#93;(")
    return text


def _lines(text: str, *, one_line: bool) -> str:
    """Spaces that would be lost at the ends of lines as numbers, and signs that would begin
    another kind of block escaped."""
    if one_line:
        return _EDGE.sub(_encoded, text).replace("\n", "&#10;")
    text = re.sub(r"\A\n+|\n+\Z|(?<=\n)\n+", _encoded, text)
    return "\n".join(_begun(_EDGE.sub(_encoded, each)) for each in text.split("\n"))


def _begun(text: str) -> str:
    found = _BEGINNING.match(text)
    if not found:
        return text
    digits = found["number"] or ""
    return f"{digits}\\{text[len(digits) :]}"


def _encoded(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in found[0])
