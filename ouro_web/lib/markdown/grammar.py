"""What extended markdown adds to the standard: mentions, assets by id, and math in four forms.

Every rule looks ahead by a bounded number of characters, so none of them is quadratic.
"""

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from ouro_web.lib.markdown.addresses import UUID

NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,37}[A-Za-z0-9])?"
_MENTION = re.compile(rf"@\{{({NAME})\}}|\{{@({NAME})\}}|@({NAME})(?![\w@]|[.-]\w)")
MENTION_IN_CODE = re.compile(rf"\{{?@\{{?({NAME})\}}?")
_ASSET = re.compile(rf"\{{asset:({UUID})\}}", re.IGNORECASE)
RUN_VALUE = re.compile(rf"\{{\{{action:({UUID})#([^\s{{}}#]{{1,200}})\}}\}}", re.IGNORECASE)
_SVG = re.compile(r"<svg[\s>]", re.IGNORECASE)
_BREAK = re.compile(r"<br {0,3}/?>", re.IGNORECASE)
_INSIDE_A_WORD = {"@": re.compile(r"[\w@./:+`{-]"), "{": re.compile(r"[^\W_]|[@./:+{-]")}
_DOLLARS = re.compile(r"\$(?![\s$])((?:[^$\\\n]|\\.|\n(?!\n)){1,1000}?)(?<!\s)\$(?!\d)", re.DOTALL)
_TWO_DOLLARS = re.compile(r"\$\$((?:[^$\\]|\\.){1,4000}?)\$\$", re.DOTALL)
_ROUND = re.compile(r"\\\(((?:[^\\]|\\[^)(]){1,1000}?)\\\)", re.DOTALL)
_SQUARE = re.compile(r"\\\[((?:[^\\]|\\[^\][]){1,4000}?)\\\]", re.DOTALL)
# Each with whether it is displayed on a line of its own.
_MATH = ((_TWO_DOLLARS, True), (_DOLLARS, False), (_ROUND, False), (_SQUARE, True))
_BLOCK_MATH = (("$$", "$$"), ("\\[", "\\]"))
MOST_LINES = 60
MOST_LINES_OF_SVG = 2000


def mention(state: StateInline, silent: bool) -> bool:
    inside_a_word = _INSIDE_A_WORD.get(state.src[state.pos])
    if not inside_a_word or (state.pos and inside_a_word.match(state.src[state.pos - 1])):
        return False
    if found := _MENTION.match(state.src, state.pos, state.posMax):
        if not silent:
            state.push("mention", "", 0).content = found[1] or found[2] or found[3]
    elif found := _ASSET.match(state.src, state.pos, state.posMax):
        if not silent:
            state.push("asset_name", "", 0).meta = {"type": "asset", "id": found[1].lower()}
    else:
        return False
    state.pos = found.end()
    return True


def run_value(state: StateInline, silent: bool) -> bool:
    """{{action:<id>#place.in.the.answer}}"""
    found = RUN_VALUE.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        token = state.push("run_value", "", 0)
        token.content, token.meta = found[2], {"type": "action", "id": found[1].lower()}
        token.markup = found[0]
    state.pos = found.end()
    return True


def line_break(state: StateInline, silent: bool) -> bool:
    """<br>, which is how a cell of a table holds more than one line."""
    found = _BREAK.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


def inline_math(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    matches = ((rule.match(state.src, state.pos, state.posMax), shown) for rule, shown in _MATH)
    found, display = next((pair for pair in matches if pair[0]), (None, False))
    if found is None:
        return False
    if not silent:
        token = state.push("math", "math", 0)
        token.content, token.meta = found[1], {"display": display}
    state.pos = found.end()
    return True


def block_math(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula that begins its line with $$ or \\[ and ends a line with the same closed."""
    if state.sCount[start] - state.blkIndent >= 4:
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    pair = next((pair for pair in _BLOCK_MATH if first.startswith(pair[0])), None)
    if pair is None:
        return False
    last = _closing_line(state, start, end, first, pair[1])
    if last is None:
        return False
    if silent:
        return True
    state.line = last + 1
    token = state.push("math_block", "math", 0)
    token.content = _between(state, start, last)
    token.map = [start, state.line]
    return True


def svg(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A drawing written out as <svg>, from its own line to the end of one; as a fence of it."""
    if state.sCount[start] - state.blkIndent >= 4:
        return False
    if not _SVG.match(state.src, state.bMarks[start] + state.tShift[start], state.eMarks[start]):
        return False
    last = next(
        (n for n in range(start, min(end, start + MOST_LINES_OF_SVG)) if _ends(state, n)), None
    )
    if last is None:
        return False
    if silent:
        return True
    state.line = last + 1
    token = state.push("fence", "code", 0)
    token.content, token.info = state.getLines(start, last + 1, state.blkIndent, True), "svg"
    token.map = [start, state.line]
    return True


def _ends(state: StateBlock, line: int) -> bool:
    return state.src[state.bMarks[line] : state.eMarks[line]].rstrip().lower().endswith("</svg>")


def _closing_line(state: StateBlock, start: int, end: int, first: str, closing: str) -> int | None:
    if len(first.rstrip()) > 4 and closing in first[2:]:
        return start if first.rstrip().endswith(closing) and first.count(closing) <= 2 else None
    for line in range(start + 1, min(end, start + MOST_LINES)):
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
        if text.endswith(closing):
            return line
        if not text or state.sCount[line] < state.blkIndent:
            return None
    return None


def _between(state: StateBlock, start: int, last: int) -> str:
    lines = state.getLines(start, last + 1, state.blkIndent, False)
    return lines.strip()[2:-2].strip()
