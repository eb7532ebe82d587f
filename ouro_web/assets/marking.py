"""Where the words that were searched for stand in a text that people read."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from ouro_web.assets import words

SAME = 5  # letters that two forms of one word begin with, as relaxed and relaxation


LOOKED_THROUGH = 5_000  # letters of a long text


def first(text: str, wanted: Sequence[str]) -> int | None:
    """Where one of the first of them stands: those with accents are looked for last, and not in
    all of a long text."""
    plain = "|".join(re.escape(word[:SAME]) for word in wanted)
    rough = re.search(rf"\b(?:{plain})", text, re.IGNORECASE) if wanted else None
    begin = rough.start() if rough else 0
    found = next(places(text[begin : begin + LOOKED_THROUGH], wanted), None)
    return None if found is None else begin + found[0]


def places(text: str, wanted: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Begin and end of each, in their order. `wanted` are words as they are indexed."""
    if not wanted:
        return
    for found in words.WORD.finditer(text):
        said = "".join(words.split(found[0]))
        length = max(_alike(said, word) for word in wanted)
        if length:
            # Where a letter became two in the index (ß), the whole word is meant.
            whole = len(said) != len(found[0])
            yield found.start(), found.end() if whole else found.start() + length


def _alike(said: str, word: str) -> int:
    """How many letters of what is said the word is found by."""
    if said.startswith(word):
        return len(word)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(said, word, strict=False)))
    return same if same >= max(SAME, len(word) // 2) else 0
