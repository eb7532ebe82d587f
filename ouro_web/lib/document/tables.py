"""Tables. Markdown has cells of one line and no cells over several columns or rows: blocks in a
cell are put on its line, and the places a wide or high cell covers stay empty."""

from collections.abc import Iterator
from typing import Any

from ouro_web.lib.document import line, nodes
from ouro_web.lib.document.nodes import children, kind

WIDEST = 200
_SIDES = {"left": ":---", "right": "---:", "center": ":---:"}


def write(table: Any) -> str:
    source = [row for row in children(table) if kind(row) == "tableRow"]
    grid = _grid(source)
    width = max((len(row) for row in grid), default=0)
    if not width:
        return ""
    headed = any(kind(cell) == "tableHeader" for cell in children(source[0]))
    head = grid.pop(0) if headed else []
    texts = [_text(cell) for cell in head] or [""] * width
    if headed and not any(texts):
        texts[0] = "&nbsp;"
    sides = [_SIDES.get(nodes.words(cell, "align"), "---") for cell in head]
    sides += ["---"] * (width - len(sides))
    rows = [texts, sides, *([_text(cell) for cell in row] for row in grid)]
    return "\n".join(_row(row, width) for row in rows)


def _row(texts: list[str], width: int) -> str:
    return f"| {' | '.join(texts + [''] * (width - len(texts)))} |"


def _grid(source: list[Any]) -> list[list[Any]]:
    """The cells of each row, with None where a cell from the left or from above reaches."""
    grid: list[list[Any]] = []
    covered: dict[int, int] = {}  # column -> rows still to be left empty
    for row in source:
        places: list[Any] = []
        for cell in children(row):
            _skip(places, covered)
            rows = nodes.whole(cell, "rowspan", least=1, most=1000, default=1)
            for column in range(nodes.whole(cell, "colspan", least=1, most=WIDEST, default=1)):
                if rows > 1:
                    covered[len(places)] = rows - 1
                places.append(None if column else cell)
        _skip(places, covered)
        grid.append(places[:WIDEST])
    return grid


def _skip(places: list[Any], covered: dict[int, int]) -> None:
    while covered.get(len(places), 0):
        covered[len(places)] -= 1
        places.append(None)


def _text(cell: Any) -> str:
    lines = (line.write(content, one_line=True) for content in _lines(children(cell)))
    return "<br><br>".join(lines).replace("|", "\\|")


def _lines(content: list[Any]) -> Iterator[list[Any]]:
    """The paragraphs of a cell; of other blocks the lines that hold text."""
    if any(kind(node) in ("text", "hardBreak", "mention", "mathematics") for node in content):
        yield content
        return
    for node in content:
        if kind(node) == "paragraph":
            yield children(node)
        elif kind(node) == "image":
            yield [node]
        else:
            yield from _lines(children(node))
