"""What is wrong with a document, in words for the person who gave it."""

from dataclasses import dataclass
from typing import Literal

# error: this part was not imported. remark: imported, with something left out or assumed.
# hint: imported whole; the page of the route would be better with this mended.
Level = Literal["error", "remark", "hint"]


@dataclass(frozen=True, slots=True)
class Problem:
    """`pointer` is a JSON Pointer into the document, "" for the whole of it."""

    pointer: str
    message: str
    level: Level = "remark"


class DocumentError(Exception):
    """The bytes hold no document at all; the text says what they hold instead."""

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(pointer, message, "error")


def at(pointer: str, *keys: object) -> str:
    """The pointer of a part, with the escapes of RFC 6901."""
    tokens = (str(key).replace("~", "~0").replace("/", "~1") for key in keys)
    return "".join([pointer, *(f"/{token}" for token in tokens)])
