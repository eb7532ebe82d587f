"""LaTeX to MathML on the server, so that formulas need no script.

The library knows commands that carry addresses, classes and macros. What it makes is therefore
rebuilt from an allow-list, and a formula that asks for anything else is shown as its source.
"""

import re
import unicodedata
from collections.abc import Iterator
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

LONGEST = 4000
DEEPEST = 40

_REFUSED = re.compile(
    r"\\(?:href|url|class|style|cssId|data|html\w*|includegraphics|unicode|require|input|write"
    r"|def|gdef|edef|let|newcommand|renewcommand|providecommand|newenvironment)\b"
)
# The unit, which the library does not know. After a backslash it would be a line break and letters.
_ANGSTROM = re.compile(r"(?<!\\)\\(?:AA|angstrom)(?![A-Za-z])")
_TAG_NAMES = (
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover"
    " mmultiscripts mprescripts none mtable mtr mtd mstyle mpadded mphantom menclose"
)
_TAGS = frozenset(_TAG_NAMES.split())
_LENGTH_NAMES = "width height depth voffset lspace rspace minsize maxsize linethickness"
_LENGTHS = frozenset(_LENGTH_NAMES.split())
_LENGTH = re.compile(r"[+-]?\d{0,2}(?:\.\d{1,4})?(?:em|ex|px|pt|mu|cm|mm|in|%)?")
_WORD_NAMES = (
    "display displaystyle scriptlevel stretchy fence form separator movablelimits accent"
    " accentunder symmetric largeop columnalign columnlines rowlines columnspacing rowspacing"
    " notation"
)
_WORDS = frozenset(_WORD_NAMES.split())
_WORD = re.compile(r"[A-Za-z0-9 .+-]{1,60}")
# Browsers draw only mathvariant="normal"; the other alphabets have characters of their own.
_ALPHABETS = {
    "bold": "MATHEMATICAL BOLD",
    "italic": "MATHEMATICAL ITALIC",
    "bold-italic": "MATHEMATICAL BOLD ITALIC",
    "double-struck": "MATHEMATICAL DOUBLE-STRUCK",
    "script": "MATHEMATICAL SCRIPT",
    "bold-script": "MATHEMATICAL BOLD SCRIPT",
    "fraktur": "MATHEMATICAL FRAKTUR",
    "bold-fraktur": "MATHEMATICAL BOLD FRAKTUR",
    "sans-serif": "MATHEMATICAL SANS-SERIF",
    "monospace": "MATHEMATICAL MONOSPACE",
}
_OLDER = {"MATHEMATICAL FRAKTUR": "BLACK-LETTER"}  # letters that Unicode had before the alphabets


def mathml(source: str, *, display: bool) -> str:
    """MathML for a formula, or its source as code when it cannot or may not be drawn."""
    shown = "block" if display else "inline"
    if not source.strip() or len(source) > LONGEST or _REFUSED.search(source):
        return _as_source(source, display=display)
    try:
        root = Converter(display=shown).convert_to_element(_ANGSTROM.sub("Å", source))
        return "".join(_rebuilt(root, depth=0))
    except Exception:  # noqa: BLE001 - the library raises every kind; the source is always readable
        return _as_source(source, display=display)


def _as_source(source: str, *, display: bool) -> str:
    code = f'<code class="formula">{escape(source.strip())}</code>'
    return f'<span class="formula-source">{code}</span>' if display else code


def _rebuilt(element: Element, *, depth: int) -> Iterator[str]:
    if element.tag not in _TAGS or depth > DEEPEST:
        raise ValueError(element.tag)
    yield f"<{element.tag}{_attributes(element)}>"
    yield escape(_letters(element))
    for child in element:
        yield from _rebuilt(child, depth=depth + 1)
        yield escape(unescape(child.tail or ""))
    yield f"</{element.tag}>"


def _attributes(element: Element) -> str:
    kept = [(name, value) for name, value in element.attrib.items() if _is_plain(name, value)]
    if element.get("mathvariant") == "normal":
        kept.append(("mathvariant", "normal"))
    return "".join(f' {name}="{escape(value)}"' for name, value in kept)


def _is_plain(name: str, value: str) -> bool:
    if name in _LENGTHS:
        return bool(_LENGTH.fullmatch(value))
    return name in _WORDS and bool(_WORD.fullmatch(value))


def _letters(element: Element) -> str:
    text = unescape(element.text or "")
    alphabet = _ALPHABETS.get(element.get("mathvariant", ""))
    if not alphabet:
        return text
    return "".join(_in_alphabet(letter, alphabet) for letter in text)


def _in_alphabet(letter: str, alphabet: str) -> str:
    if not (letter.isascii() and letter.isalnum()):
        return letter
    if letter.isdigit():
        name = f"DIGIT {unicodedata.name(letter).rsplit(' ', 1)[1]}"
    else:
        name = f"{'CAPITAL' if letter.isupper() else 'SMALL'} {letter.upper()}"
    older = _OLDER.get(alphabet, alphabet.removeprefix("MATHEMATICAL "))
    for full in (f"{alphabet} {name}", f"{older} {name}"):
        try:
            return unicodedata.lookup(full)
        except KeyError:
            continue
    return letter
