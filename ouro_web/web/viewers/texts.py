"""Texts: markdown, JSON as a tree, and code or words with numbered lines."""

from ouro_web.files import heads
from ouro_web.files.models import File
from ouro_web.lib.markdown.listing import lines
from ouro_web.lib.media import is_textual
from ouro_web.web.prose import description, trusted
from ouro_web.web.viewers.kind import Data, Kind
from ouro_web.web.viewers.tree import tree

LANGUAGES = {
    "py": "python", "json": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml", "sql": "sql",
    "js": "javascript", "ts": "typescript", "html": "html", "htm": "html", "xml": "xml",
    "svg": "xml", "css": "css", "c": "c", "cpp": "cpp", "rs": "rust", "go": "go", "r": "r",
    "jl": "julia", "tex": "latex", "sh": "bash", "ini": "ini", "diff": "diff", "f90": "fortran",
    "ipynb": "json",
}  # fmt: skip
CODE_BYTES = {True: 4_000, False: 48_000}


def _prose(file: File, _: bool) -> Data:
    start = heads.text(file, 20_000)
    return {"html": description(start.text), "whole": start.whole}


def _tree(file: File, compact: bool) -> Data | None:
    value = heads.json_value(file)
    return None if value is None else {"tree": tree(value, open_to=1 if compact else 2)}


def _code(file: File, compact: bool) -> Data:
    start = heads.text(file, CODE_BYTES[compact])
    found = lines(start.text, LANGUAGES.get(file.extension, ""))
    return {"lines": [trusted(line) for line in found], "whole": start.whole}


PROSE = Kind("prose", fits=lambda file: file.media_type == "text/markdown", data=_prose)
TREE = Kind("tree", fits=lambda file: file.media_type == "application/json", data=_tree)
CODE = Kind("code", fits=lambda file: is_textual(file.media_type), data=_code)
