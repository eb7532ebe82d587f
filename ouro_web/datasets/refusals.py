"""Our own words for what the engine says about a query; never its file or table names."""

import re
from typing import Any

from django.core.exceptions import ValidationError

NAMED = {
    "COLUMN_NOT_FOUND": "There is no column “{name}”.",
    "AMBIGUOUS_REFERENCE": "The column “{name}” could come from more than one place.",
    "NO_MATCHING_FUNCTION": "The function {name} does not take values of these types.",
}
KINDS = {
    "Parser": "The SQL cannot be read here.",
    "Syntax": "The SQL cannot be read here.",
    "Conversion": "A value cannot be converted to the type that is asked for.",
    "Out of Range": "A number is too large or too small for its type.",
    "Out of Memory": "The query needs more memory than there is for it. Select fewer columns or"
    " rows, or aggregate.",
    "Permission": "Queries cannot open files or addresses.",
    "Not implemented": "This kind of SQL is not supported.",
    "Invalid Input": "The query has an input that does not fit.",
}
MESSAGES = [
    (
        r"must appear in the GROUP BY",
        "A selected column must be in GROUP BY or inside an aggregate.",
    ),
    (
        r"set operations.*same number|same number of",
        "The parts of the query have different columns.",
    ),
    (r"[Vv]alues were not provided for", "Parameters such as ? and $1 have no value here."),
    (r"Max expression depth|nested too deep", "The query is nested too deeply."),
    (r"[Dd]ivision by zero", "There is a division by zero."),
    (r"Cannot compare|Cannot mix", "Two values of different types are compared."),
    (
        r"aggregate function.*cannot|cannot contain aggregates",
        "An aggregate stands where none can.",
    ),
]
SYNTAX = re.compile(r'syntax error at or near "(.{1,60})"', re.DOTALL)


class QueryRefusedError(ValidationError):
    """A query that has no answer; says why in `says`, and where in `line` and `column`."""

    def __init__(
        self, says: str, *, hint: str = "", line: int | None = None, column: int | None = None
    ) -> None:
        self.says = says
        self.hint = hint
        self.line = line
        self.column = column
        super().__init__({"sql": [self.sentence]})

    @property
    def place(self) -> str:
        return f"line {self.line}, column {self.column}" if self.line else ""

    @property
    def sentence(self) -> str:
        words = f"{self.says} {self.hint}".strip()
        return f"{words} ({self.place})" if self.line else words


def explain(error: dict[str, Any], sql: str = "") -> QueryRefusedError:
    """The worker's report of an error as a refusal that a person can act on."""
    says, hint = error.get("says") or _says(error), _hint(error)
    position = error.get("position")
    if position is None:
        return QueryRefusedError(says, hint=hint)
    line, column = place(sql, int(position))
    return QueryRefusedError(says, hint=hint, line=line, column=column)


def _says(error: dict[str, Any]) -> str:
    kind, message = str(error.get("kind", "")), str(error.get("message", ""))
    name = str(error.get("name", ""))
    if (named := NAMED.get(str(error.get("subtype", "")))) and name:
        return named.format(name=name[:60])
    if kind == "Catalog":
        return _missing(message, name)
    if near := SYNTAX.search(message):
        return f"The SQL cannot be read at “{_shown(near[1])}”."
    for pattern, words in MESSAGES:
        if re.search(pattern, message):
            return words
    return KINDS.get(kind, "The query cannot be run as it is written.")


def _shown(near: str) -> str:
    return "{{table}}" if near in {"dataset", '"dataset"'} else near


def _missing(message: str, name: str) -> str:
    if "Function" in message:
        return f"There is no function “{name[:60]}”."
    if "Type" in message:
        return f"There is no type “{name[:60]}”."
    return "Only {{table}} can be read here."


def _hint(error: dict[str, Any]) -> str:
    if error.get("subtype") not in {"COLUMN_NOT_FOUND", "MISSING_ENTRY"}:
        return ""
    if error.get("kind") == "Catalog" and "Function" not in str(error.get("message", "")):
        return ""
    candidates = [each for each in str(error.get("candidates", "")).split(",") if each][:3]
    if not candidates:
        return ""
    return f"Did you mean {' or '.join(f'“{each}”' for each in candidates)}?"


def place(sql: str, position: int) -> tuple[int, int]:
    """Line and column, from 1, of a byte offset."""
    before = sql.encode()[:position].decode(errors="ignore")
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
