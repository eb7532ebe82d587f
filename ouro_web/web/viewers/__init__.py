"""Which viewer shows a file. The first kind in KINDS that fits and has something to show does.

A viewer of one's own takes three things, some twenty lines in all:

1. a `Kind` in a module of this package, for example

       LOG = Kind("log", fits=lambda file: file.extension == "log", data=last_lines)

   where `last_lines(file, compact)` gives what the template needs, or None where the file turns
   out to be something else. Read through `files.heads`, which never reads much;
2. a template `templates/files/viewers/log.html`: a <figure class="viewer one"> that includes
   `_head.html` and shows `viewer.data`. It must say in words what it shows, without JavaScript;
3. the kind in KINDS below, before the more general ones.

Where HTML cannot do it, the figure carries `data-viewer="{% static 'viewers/log.js' %}"`, and that
module exports `start(figure)`; `static/viewers/start.js` loads it on pages that show one.
"""

from ouro_web.files import heads
from ouro_web.files.models import File
from ouro_web.web.viewers import documents, models, pictures, plots, structures, tables, texts
from ouro_web.web.viewers.kind import Kind, Viewer

__all__ = ["Viewer", "shown"]


def _bytes(file: File, compact: bool) -> dict[str, object]:
    return {"lines": heads.hex_lines(file)[: 8 if compact else None]}


KINDS = (
    structures.STRUCTURE,
    pictures.PICTURE,
    pictures.FILM,
    pictures.SOUND,
    models.MODEL,
    documents.PDF,
    documents.PAGE,
    documents.FIGURE,
    documents.NOTEBOOK,
    tables.SHEETS,
    documents.ARCHIVE,
    plots.PLOT,
    tables.TABLE,
    texts.PROSE,
    texts.TREE,
    texts.CODE,
    Kind("other", fits=lambda _: True, data=_bytes),
)


def shown(file: File, *, compact: bool = False, as_text: bool = False) -> Viewer:
    """The viewer, or the reason why there is nothing to show; compact is a part of another page."""
    try:
        for kind in (texts.CODE, KINDS[-1]) if as_text else KINDS:
            if kind.fits(file) and (data := kind.data(file, compact)) is not None:
                return Viewer(kind.name, data)
    except FileNotFoundError:
        return Viewer("other", {"why": "The content of this file is not in the storage any more."})
    raise AssertionError("the last kind shows everything")
