"""Names for URLs: lower case, accents stripped, every run of other characters one hyphen."""

import re
import unicodedata
from collections.abc import Callable

LONGEST = 80


def slugify(name: str, fallback: str = "untitled") -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-") or fallback


def free_slug(wanted: str, taken: Callable[[str], bool]) -> str:
    """The wanted slug, or the first of wanted-2, wanted-3 ... that is not taken."""
    if not taken(wanted):
        return wanted
    number = 2
    while taken(f"{wanted}-{number}"):
        number += 1
    return f"{wanted}-{number}"
