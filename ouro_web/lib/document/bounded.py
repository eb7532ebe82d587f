"""Reading within limits of size and time: some texts take a parser quadratic time."""

import copy
import subprocess
from functools import lru_cache

from django.core.exceptions import ValidationError

from ouro_web.lib.bounded import in_a_process
from ouro_web.lib.document import nodes, reading
from ouro_web.lib.document.nodes import Node
from ouro_web.lib.markdown import MOST_CHARACTERS
from ouro_web.lib.markdown.bounded import SHORT, too_long

SECONDS = 5  # of processor time


def from_text(text: str) -> Node:
    """The document of a text; a text too intricate to be read is one block of code.

    Raises ValidationError keyed by markdown when it is too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValidationError({"markdown": too_long(len(text))})
    return copy.deepcopy(_read(text))


@lru_cache(maxsize=128)
def _read(text: str) -> Node:
    text = nodes.clean(text)
    try:
        if len(text) <= SHORT:
            return reading.document(text)
        found: Node = in_a_process("ouro_web.lib.document", text, seconds=SECONDS)
        return found
    except (OverflowError, RecursionError, subprocess.SubprocessError):
        source = {"type": "text", "text": text}
        block = {"type": "codeBlock", "attrs": {"language": "markdown"}, "content": [source]}
        return {"type": "doc", "content": [block]}
