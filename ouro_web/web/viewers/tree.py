"""JSON as a tree that opens and closes without any script."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ouro_web.lib.fields import exact

MOST_NODES = 3000
MOST_INSIDE = 200
LONGEST = 400


@dataclass
class _Budget:
    left: int = MOST_NODES


def tree(value: Any, *, open_to: int) -> SafeString:
    """Bounded in nodes; what is left out is counted."""
    return _node("", value, open_to, _Budget())


def _node(name: str, value: Any, open_to: int, budget: _Budget) -> SafeString:
    budget.left -= 1
    label = format_html('<span class="k">{}</span> ', name) if name else ""
    if not isinstance(value, (dict, list)) or not value:
        return format_html("<li>{}{}</li>", label, _leaf(value))
    count = f"{{{len(value)}}}" if isinstance(value, dict) else f"[{len(value)}]"
    inner = format_html_join("", "{}", ((item,) for item in _inside(value, open_to - 1, budget)))
    is_open = " open" if open_to > 0 else ""
    shape = (
        '<li><details{}><summary>{}<span class="n">{}</span></summary><ul>{}</ul></details></li>'
    )
    return format_html(shape, is_open, label, count, inner)


def _inside(value: dict[str, Any] | list[Any], open_to: int, budget: _Budget) -> Iterator[str]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for number, (name, item) in enumerate(pairs):
        if budget.left <= 0 or number >= MOST_INSIDE:
            yield format_html('<li class="faint">… {} more</li>', len(value) - number)
            return
        yield _node(str(name)[:LONGEST], item, open_to, budget)


def _leaf(value: Any) -> SafeString:
    css = "s" if isinstance(value, str) else "m"
    text = exact.dumps(value)
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return format_html('<span class="{}">{}</span>', css, shown)
