"""JSON to read: indented, coloured, cut where it gets long."""

import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ouro_web.lib.fields import exact

LONGEST = 60_000  # characters shown on a page; the whole is behind a download
DEEPEST = 40  # indented; with no end to it a line of brackets becomes gigabytes
_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<text>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?\d[\d.eE+-]*|\btrue\b|\bfalse\b|\bnull\b)"
)
# A string, an empty object or list, a sign, or what is between signs, without the space around.
_PART = re.compile(r'"(?:[^"\\]|\\.)*"?|\{\s*\}|\[\s*\]|[{}\[\],:]|[^\s"{}\[\],:]+')
_DEEPER = {"{": 1, "[": 1, "}": -1, "]": -1}
_SPACED = {":": ": "}
_CLASSES = {"key": "k", "text": "s", "number": "m"}


def pretty(value: object) -> str:
    """Texts stand as they came; everything else is indented JSON with every digit."""
    return value if isinstance(value, str) else exact.dumps(value, indent=2)


def laid_out(text: str) -> str:
    """A JSON text that came in one line, on lines of its own; its beginning, as much as is shown.
    It is not parsed: what stands in it stays, and it may end anywhere."""
    text = text[:LONGEST]
    if "\n" in text.strip():
        return text
    depth = 0
    pieces: list[str] = []
    for part in _PART.findall(text):
        depth += _DEEPER.get(part, 0)
        line = "\n" + "  " * min(depth, DEEPEST)
        match part:
            case "{" | "[" | ",":
                pieces += [part, line]
            case "}" | "]":
                pieces += [line, part]
            case _:
                pieces.append(_SPACED.get(part, part))
    return "".join(pieces)


def coloured(text: str) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in _pieces(text[:LONGEST])))


def _pieces(text: str) -> list[SafeString | str]:
    pieces: list[SafeString | str] = []
    end = 0
    for match in _TOKEN.finditer(text):
        css = _CLASSES[match.lastgroup or "text"]
        pieces += [
            text[end : match.start()],
            format_html('<span class="{}">{}</span>', css, match[0]),
        ]
        end = match.end()
    return [*pieces, text[end:]]
