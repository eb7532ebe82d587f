"""Pieces of Markdown reports and the shape of a post output."""

from collections.abc import Iterable, Sequence

from examples.materials_service.run import Result


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers are aligned to the right."""
    rows = [list(row) for row in rows]
    marks = [_mark([row[column] for row in rows]) for column in range(len(head))]
    lines = [_line(head), _line(marks), *(_line([cell(value) for value in row]) for row in rows)]
    return "\n".join(lines)


def cell(value: object) -> str:
    """A value as people write it; text from outside loses what would break the table."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) >= 0.001 or value == 0 else f"{value:.2e}"
    return plain(str(value))


def plain(text: str) -> str:
    """Text from outside, without line breaks and without Markdown meaning."""
    flat = " ".join(text.split())
    return "".join("\\" + sign if sign in r"\`*_[]<>|#$@~" else sign for sign in flat)


def post(name: str, description: str, *parts: str) -> Result:
    text = "\n\n".join(part for part in parts if part) + "\n"
    return {"name": name, "description": description, "content": {"text": text}}


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def _mark(values: list[object]) -> str:
    return "---:" if all(_is_numeric(value) for value in values) else "---"


def _is_numeric(value: object) -> bool:
    if isinstance(value, str):
        return value.removeprefix("-").replace(".", "", 1).isdigit()
    return isinstance(value, int | float | None) and not isinstance(value, bool)
