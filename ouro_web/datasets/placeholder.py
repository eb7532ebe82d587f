"""Puts the table's name where `{{table}}` stands in code.

Found by a scanner that knows strings, quoted names, comments and dollar quotes, because the same
letters inside a string are data. The replacement keeps its length: positions in errors stay true.
"""

import re

TABLE = '"dataset"'

TOKEN = re.compile(
    r"""
    (?<!\w)[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)   # string with backslash escapes
    | '(?:[^']|'')*(?:'|\Z)                  # string
    | "(?:[^"]|"")*(?:"|\Z)                  # quoted name
    | --[^\n]*                               # comment to the end of the line
    | /\*.*?(?:\*/|\Z)                       # comment in between
    | \$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z) # dollar-quoted string
    | (?P<table>\{\{\s*table\s*\}\})
    """,
    re.VERBOSE | re.DOTALL,
)


def fill(sql: str) -> str:
    """`sql` with every `{{table}}` that stands in code replaced, all else as it was."""
    return TOKEN.sub(_name, sql)


def _name(token: re.Match[str]) -> str:
    if token["table"] is None:
        return token[0]
    return TABLE.ljust(len(token["table"]))
