"""The names of the controls: an area letter and a JSON Pointer, `b/structure/lattice/0`.

RFC 6901 escapes make every key legal. In an escaped pointer `~` is always followed by 0 or 1, so
`~` and a letter after the pointer is free for controls: ~s presence, ~b branch, ~r row ids, ~k key
of a map row, ~d drafts of the hidden branches, ~m mode, ~j raw JSON, ~t content type.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

State = dict[str, list[str]]  # what a form posts: names and their values, in order

AREAS = {"p": "path", "q": "query", "h": "headers", "c": "cookies", "b": "body"}
LETTERS = {area: letter for letter, area in AREAS.items()}
# Presence of a secret that an earlier run holds; the pointer into its document follows.
KEPT = "kept:"


def escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def pointer(path: Iterable[str | int]) -> str:
    return "".join(f"/{escape(str(part))}" for part in path)


def parts(text: str) -> list[str]:
    return [unescape(part) for part in text.split("/")[1:]]


def html_id(name: str) -> str:
    return "f-" + hashlib.blake2s(name.encode(), digest_size=6).hexdigest()


def one(state: Mapping[str, Sequence[str]], name: str, otherwise: str = "") -> str:
    values = state.get(name)
    return values[-1] if values else otherwise


def below(state: State, name: str) -> list[str]:
    """The names of a node and of everything in it."""
    return [key for key in state if key == name or key.startswith((f"{name}/", f"{name}~"))]


def drop(state: State, name: str) -> None:
    for key in below(state, name):
        del state[key]
