"""Code to read and to copy: values as Python writes them, quoting for a shell, and colours."""

import json
import re
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

INDENT = "    "
WIDTH = 72
_PYTHON = re.compile(
    r'(?P<c>\#[^\n]*)|(?P<s>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<k>\b(?:from|import|for|in|if|else|def|return|async|await|with|as|not|True|False|None)\b)"
    r"|(?P<m>(?<![\w.])-?\d[\d.]*(?:e[+-]?\d+)?\b)"
)
_QUOTED = re.compile(r'(?P<s>"(?:[^"\\\n]|\\.)*")')
_COLOURS = {"python": _PYTHON, "shell": _QUOTED, "http": _QUOTED}


def python(value: Any, level: int = 0) -> str:
    """A literal; short lists and objects in a line, long ones with a line for each part."""
    if isinstance(value, dict) and value:
        inside = [f"{json.dumps(key, ensure_ascii=False)}: {python(item, level + 1)}"
                  for key, item in value.items()]  # fmt: skip
        return _several("{", inside, "}", level)
    if isinstance(value, list) and value:
        inside = [python(item, level + 1) for item in value]
        line = f"[{', '.join(inside)}]"
        return line if len(line) < WIDTH and "\n" not in line else _several("[", inside, "]", level)
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def quoted(text: str) -> str:
    """One argument of a POSIX shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def coloured(text: str, language: str) -> SafeString:
    pattern = _COLOURS.get(language)
    if pattern is None:
        return format_html("{}", text)
    pieces: list[SafeString | str] = []
    end = 0
    for match in pattern.finditer(text):
        span = format_html('<span class="{}">{}</span>', match.lastgroup, match[0])
        pieces += [text[end : match.start()], span]
        end = match.end()
    return format_html_join("", "{}", ((piece,) for piece in [*pieces, text[end:]]))


def _several(start: str, inside: list[str], end: str, level: int) -> str:
    pad = INDENT * (level + 1)
    lines = "".join(f"{pad}{item},\n" for item in inside)
    return f"{start}\n{lines}{INDENT * level}{end}"
