"""Jupyter notebooks, read as data: cells and what each showed. Nothing is run."""

import re
from dataclasses import dataclass, field
from typing import Any

from ouro_web.files import heads
from ouro_web.files.models import File, Stored

LARGEST = 20 << 20
LONGEST_TEXT = 20_000
LONGEST_PICTURE = 4 << 20
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


@dataclass
class Output:
    kind: str  # text, error, picture, frame
    text: str = ""
    number: str = ""  # of the cell and of the output in it, for the frame's address
    is_low: bool = False  # a table or words, not a drawing


@dataclass
class Cell:
    kind: str  # markdown, code, raw
    text: str
    count: str = ""
    outputs: list[Output] = field(default_factory=list)
    html: str = ""  # how the page lays it out


@dataclass
class Notebook:
    language: str
    cells: list[Cell]


def notebook(file: File) -> Notebook | None:
    """None for what is no notebook of format 4."""
    value = heads.json_value(file, LARGEST)
    cells = value.get("cells") if isinstance(value, dict) else None
    if not isinstance(cells, list):
        return None
    kernel = _dict(_dict(value.get("metadata")).get("kernelspec"))
    language = str(kernel.get("language") or "python")[:20]
    return Notebook(language, [_cell(_dict(each), number) for number, each in enumerate(cells)])


def page_of(file: Stored, number: str) -> str | None:
    """The HTML that an output holds, for the closed frame."""
    value = heads.json_value(file, LARGEST)
    try:
        cell, _, output = number.partition(".")
        data = value["cells"][int(cell)]["outputs"][int(output)]["data"]["text/html"]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return _joined(data)


def _cell(cell: dict[str, Any], number: int) -> Cell:
    kind = cell.get("cell_type") if cell.get("cell_type") in ("markdown", "code") else "raw"
    made = Cell(str(kind), _joined(cell.get("source"))[:LONGEST_TEXT])
    made.count = str(cell.get("execution_count") or "")[:8]
    outputs = cell.get("outputs") if kind == "code" else None
    for at, output in enumerate(outputs if isinstance(outputs, list) else []):
        if shown := _output(_dict(output)):
            shown.number = f"{number}.{at}"
            made.outputs.append(shown)
    return made


def _output(output: dict[str, Any]) -> Output | None:
    if output.get("output_type") == "stream":
        return _text(_joined(output.get("text")))
    if output.get("output_type") == "error":
        trace = output.get("traceback")
        lines = "\n".join(map(str, trace)) if isinstance(trace, list) else ""
        return _text(lines or f"{output.get('ename')}: {output.get('evalue')}", kind="error")
    data = _dict(output.get("data"))
    if "text/html" in data:
        told = _joined(data.get("text/plain"))[:200]
        is_low = "<script" not in _joined(data["text/html"]).lower()
        return Output("frame", told, is_low=is_low)
    return _picture(data) or _text(_joined(data.get("text/plain")))


def _picture(data: dict[str, Any]) -> Output | None:
    for kind in PICTURES:
        content = _joined(data.get(kind))
        if content and len(content) <= LONGEST_PICTURE and _BASE64.fullmatch(content):
            return Output("picture", f"data:{kind};base64,{''.join(content.split())}")
    return None


def _text(text: str, kind: str = "text") -> Output | None:
    return Output(kind, _ANSI.sub("", text)[:LONGEST_TEXT]) if text else None


def _joined(value: Any) -> str:
    """The format writes long texts as lists of lines."""
    if isinstance(value, list):
        return "".join(map(str, value))
    return value if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
