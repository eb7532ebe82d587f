"""What shows a file or the first rows of a dataset; used by the includes of that name."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ouro_web.assets.models import Asset
from ouro_web.datasets import tables
from ouro_web.datasets.conditions import listed
from ouro_web.datasets.models import Dataset, SavedView
from ouro_web.datasets.refusals import QueryRefusedError
from ouro_web.files.models import File
from ouro_web.web import drawings, viewers
from ouro_web.web.grid import Cell, grid

register = template.Library()
LONGEST_TITLE = 1000
NULL = format_html('<span class="{}">null</span>', "nul")
MONO = format_html(' class="{}"', "mono")
MONO_RIGHT = format_html(' class="{}"', "mono r")


@register.simple_tag
def viewer_of(file: Asset, compact: bool = False) -> viewers.Viewer:
    own = file if isinstance(file, File) else file.as_file
    return viewers.shown(own, compact=bool(compact))


@register.simple_tag
def table_rows(rows: Iterable[list[Cell]]) -> SafeString:
    """Rows with all their cells; a page has hundreds, and a template costs ten times as much."""
    return format_html_join("", "<tr>{}</tr>", ((_cells(row),) for row in rows))


@register.simple_tag
def numbered_rows(rows: Iterable[tuple[int, list[Cell]]], address: str) -> SafeString:
    """As `table_rows`, each with its number; that leads to the row below `address`, if given."""
    number = '<a href="{0}/rows/{1}">{1}</a>' if address else "{1}"
    shape = f'<tr><th scope="row" class="r mono">{number}</th>{{2}}</tr>'
    return format_html_join("", shape, ((address, at, _cells(row)) for at, row in rows))


def _cells(row: list[Cell]) -> SafeString:
    return format_html_join("", "<td{}>{}</td>", map(_parts, row))


def _parts(cell: Cell) -> tuple[SafeString, SafeString | str]:
    attributes = MONO_RIGHT if cell.is_number else MONO
    if cell.whole:
        attributes = format_html('{} title="{}"', attributes, _cut(cell.whole))
    return attributes, NULL if cell.is_null else cell.text


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TITLE else f"{text[:LONGEST_TITLE]}…"


@register.filter
def degrees(angles: tuple[float, ...]) -> str:
    """One angle where all are the same, else each."""
    return _together(angles, 2, "°")


@register.filter
def angstroms(lengths: tuple[float, ...]) -> str:
    return _together(lengths, 4, " Å")


def _together(values: tuple[float, ...], digits: int, unit: str) -> str:
    shown = [f"{value:.{digits}f}" for value in values]
    return (shown[0] if len(set(shown)) == 1 else ", ".join(shown)) + unit


@register.simple_tag
def first_rows(dataset: Asset, number: int = 8, filters: str | None = "") -> dict[str, Any]:
    """A grid of the first rows that fit, and the conditions in words; without "grid" they cannot be
    read now, and "refused" says why."""
    own = dataset if isinstance(dataset, Dataset) else dataset.as_dataset
    try:
        only = listed(filters or "", own.columns)
        page = tables.rows(own, limit=number, only=only)
    except QueryRefusedError as refused:
        return {"refused": str(refused)}
    shown = grid(page.columns, page.types, page.rows)
    return {"grid": shown, "total": page.total, "only": [each.words for each in only]}


@register.simple_tag
def view_shown(dataset: Asset, view: SavedView) -> drawings.Shown:
    """A saved view of a dataset whose rows the reader may have."""
    view.dataset = dataset if isinstance(dataset, Dataset) else dataset.as_dataset
    return drawings.shown(view)
