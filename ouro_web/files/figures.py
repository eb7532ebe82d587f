"""Plotly figures that are kept as JSON."""

from typing import Any

from ouro_web.files import heads
from ouro_web.files.models import Stored

LARGEST = 4 << 20
PARTS = ("data", "layout", "frames", "config")


def figure(file: Stored) -> dict[str, Any] | None:
    """The parts of a figure; None where the file holds something else. A figure has a list of
    traces, and a layout or traces that say what they are."""
    if file.extension not in ("json", "plotly"):
        return None
    value = heads.json_value(file, LARGEST)
    traces = value.get("data") if isinstance(value, dict) else None
    if not isinstance(traces, list) or not all(isinstance(each, dict) for each in traces):
        return None
    is_told = isinstance(value.get("layout"), dict) and set(value) <= {*PARTS, "version"}
    if not traces or not (is_told or all("type" in each for each in traces)):
        return None
    return {name: value[name] for name in PARTS if isinstance(value.get(name), dict | list)}


def title_of(figure: dict[str, Any]) -> str:
    title = figure.get("layout", {}).get("title")
    text = title.get("text") if isinstance(title, dict) else title
    return text[:200] if isinstance(text, str) else ""


def names_of(figure: dict[str, Any]) -> list[str]:
    named = (each.get("name") or each.get("type") for each in figure["data"])
    return [name[:60] for name in named if isinstance(name, str)]
