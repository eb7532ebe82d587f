"""Whole documents: PDF, pages in a closed frame, notebooks, archives."""

import re

from ouro_web.files import figures, heads
from ouro_web.files.models import File
from ouro_web.files.notebooks import notebook
from ouro_web.lib import archives
from ouro_web.lib.markdown.listing import figure
from ouro_web.web.prose import description, trusted
from ouro_web.web.viewers.kind import Data, Kind, nothing

# Scripts and sheets from elsewhere, which the frame does not load.
_ELSEWHERE = re.compile(r"<(?:script|link)\b[^>]+(?:src|href)=[\"']?(?:https?:)?//", re.IGNORECASE)
MOST_NAMES = 8
CELLS = {True: 4, False: 200}


def _page(file: File, _: bool) -> Data:
    return {"elsewhere": bool(_ELSEWHERE.search(heads.text(file).text))}


def _figure(file: File, _: bool) -> Data | None:
    found = figures.figure(file)
    if found is None:
        return None
    names = figures.names_of(found)
    return {
        "count": len(found["data"]),
        "names": names[:MOST_NAMES],
        "title": figures.title_of(found),
    }


def _notebook(file: File, compact: bool) -> Data | None:
    found = notebook(file)
    if found is None:
        return None
    cells = found.cells[: CELLS[compact]]
    for cell in cells:
        is_prose = cell.kind == "markdown"
        cell.html = description(cell.text) if is_prose else _code(cell.text, found.language)
    return {"cells": cells, "whole": len(cells) == len(found.cells), "count": len(found.cells)}


def _code(text: str, language: str) -> str:
    return trusted(figure(text, language)) if text.strip() else ""


def _archive(file: File, _: bool) -> Data | None:
    entries, count = heads.archive(file)
    return {"entries": entries, "count": count} if count else None


PDF = Kind("pdf", fits=lambda file: file.media_type == "application/pdf", data=nothing)
PAGE = Kind("page", fits=lambda file: file.media_type == "text/html", data=_page)
FIGURE = Kind("figure", fits=lambda file: file.extension in ("json", "plotly"), data=_figure)
NOTEBOOK = Kind("notebook", fits=lambda file: file.extension == "ipynb", data=_notebook)
ARCHIVE = Kind("archive", fits=lambda file: file.media_type in archives.MEDIA_TYPES, data=_archive)
