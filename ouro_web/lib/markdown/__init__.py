"""Extended markdown to safe HTML with slots. Pure: no models, no settings, no request."""

from ouro_web.lib.markdown import addresses, embed
from ouro_web.lib.markdown.bounded import (
    MOST_CHARACTERS,
    in_words,
    render,
    render_inline,
    render_plain_description,
)
from ouro_web.lib.markdown.values import Heading, Part, References, Rendered, Slot

__all__ = [
    "MOST_CHARACTERS",
    "Heading",
    "Part",
    "References",
    "Rendered",
    "Slot",
    "addresses",
    "embed",
    "in_words",
    "render",
    "render_inline",
    "render_plain_description",
]
