"""JSON to read: indented, coloured, cut where it gets long."""

import re

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ouro_web.lib.fields import exact

LONGEST = 60_000  # characters shown on a page; the whole is behind a download
_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<text>"(?:[^"\\]|\\.)*")'
    r"|(?P<number>-?\d[\d.eE+-]*|\btrue\b|\bfalse\b|\bnull\b)"
)
_CLASSES = {"key": "k", "text": "s", "number": "m"}


def pretty(value: object) -> str:
    """Texts stand as they came; everything else is indented JSON with every digit."""
    return value if isinstance(value, str) else exact.dumps(value, indent=2)


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
