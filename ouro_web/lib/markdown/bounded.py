"""Rendering within limits of size and time.

Markdown has inputs that take a parser quadratic time: 60 kB of `![` take seconds, and 8 kB of code
take some highlighters as long. Short texts are rendered here, since the worst of them was measured
at a fraction of a second; longer ones in a process of their own, with a limit of processor time. A
text that hits a limit is shown as its source with a notice, so nothing written is lost and no page
breaks.
"""

import subprocess
from functools import lru_cache
from html import escape
from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.lib.bounded import in_a_process
from ouro_web.lib.markdown import html
from ouro_web.lib.markdown.values import Rendered, Slot

MOST_CHARACTERS = 200_000
SHORT = 8_000
SHORT_WITH_CODE = 3_000
SECONDS = 2  # of processor time


def render(text: str, *, prefix: str = "md", title: str = "", site_url: str = "") -> Rendered:
    """Parts of safe HTML and slots.

    The prefix begins every id, so that two texts can stand on one page; the title is left out when
    the text begins by repeating it. Raises ValidationError keyed by text when the text is too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValidationError({"text": too_long(len(text))})
    ask = {"text": text, "prefix": f"{prefix}-", "title": title.strip(), "site_url": site_url}
    try:
        if len(text) <= (SHORT_WITH_CODE if "```" in text or "~~~" in text else SHORT):
            return html.parts(**ask)
        return Rendered.from_json(_long(**ask))
    except (OverflowError, RecursionError, subprocess.SubprocessError):
        return as_source(text)


@lru_cache(maxsize=16)
def _long(**ask: str) -> Any:
    """Kept, since to publish a text renders it twice: for the check of its embeds and to save."""
    return in_a_process("ouro_web.lib.markdown", ask, seconds=SECONDS)


def too_long(length: int) -> str:
    return (
        f"This text has {length:,} characters and at most {MOST_CHARACTERS:,} fit. "
        "Shorten it, or attach the long part as a file."
    )


@lru_cache(maxsize=512)
def render_plain_description(text: str, *, limit: int = 20_000) -> str:
    """Safe HTML without slots, for descriptions: a typed link leads to the asset's page, which
    answers not found to those who may not see it. Text from a service is cut at the limit."""
    cut = text if len(text) <= limit else text[:limit].rstrip() + " …"
    return "".join(_plainly(part) for part in render(cut, prefix="about").parts)


@lru_cache(maxsize=2048)
def render_inline(text: str, *, limit: int = 2_000) -> str:
    """As a plain description, but without blocks, so that it stands in one paragraph."""
    cut = text if len(text) <= limit else text[:limit].rstrip() + " …"
    try:
        rendered = html.line(cut, prefix="about-")
    except (OverflowError, RecursionError):
        return escape(cut)
    return "".join(_plainly(part) for part in rendered.parts)


@lru_cache(maxsize=1024)
def in_words(text: str, *, limit: int = 1_000) -> str:
    """The beginning of a text without its marks, for lists and cards."""
    return render(text[:limit], prefix="words").words


def as_source(text: str) -> Rendered:
    notice = "This text is too intricate to be laid out, so its source is shown."
    return Rendered([
        f'<div class="broken-embed"><p>{notice}</p></div>\n<pre><code>{escape(text)}</code></pre>'
    ])  # fmt: skip


def _plainly(part: str | Slot) -> str:
    if isinstance(part, str):
        return part
    if part.kind == "mention":
        return f"@{escape(part.text)}"
    if part.kind == "end":
        return "</a>"
    opened = f'<a class="ref t-{part.type}" href="{_address(part)}">'
    if part.kind == "link":
        return opened
    if part.kind == "value":
        return f"{opened}{escape(part.text)} of a run</a>"
    return f"{opened}{escape(part.text) or part.type}</a>"


def _address(slot: Slot) -> str:
    return f"/actions/{slot.id}" if slot.type == "action" else f"/assets/{slot.id}"
