"""The first rows of files that hold a table."""

import json
from typing import Any

from ouro_web.files import heads
from ouro_web.files.heads import Rows
from ouro_web.files.models import File


def lines(file: File, limit: int) -> Rows | None:
    """JSON Lines: the columns in the order in which they appear."""
    start = heads.text(file, heads.TABLE_BYTES)
    rows: list[dict[str, Any]] = []
    for line in start.text.splitlines():
        if len(rows) > limit:
            break
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            return None
        rows.append(value if isinstance(value, dict) else {"value": value})
    every = list(dict.fromkeys(name for row in rows for name in row))
    names = every[: heads.MAX_COLUMNS]
    cells = [[_said(row.get(name)) for name in names] for row in rows[:limit]]
    whole = start.whole and len(rows) <= limit
    return Rows(names, cells, whole, len(every)) if rows else None


def _said(value: Any) -> str | None:
    if value is None:
        return None
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))[:200]
