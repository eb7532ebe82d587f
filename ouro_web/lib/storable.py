"""Text that a database can keep: PostgreSQL takes no NUL, and UTF-8 has no lone surrogates."""

import re
from collections.abc import Iterator
from typing import Any

UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """As CommonMark does it: each such character becomes the replacement character."""
    return UNSTORABLE.sub("\ufffd", text)


def unstorable(value: Any, at: str = "") -> Iterator[str]:
    """The JSON Pointers of texts and keys in a document that cannot be kept."""
    if isinstance(value, str):
        if UNSTORABLE.search(value):
            yield at
    elif isinstance(value, dict):
        for key, inner in value.items():
            name = str(key).replace("~", "~0").replace("/", "~1")
            if UNSTORABLE.search(name):
                yield at
            else:
                yield from unstorable(inner, f"{at}/{name}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from unstorable(inner, f"{at}/{index}")
