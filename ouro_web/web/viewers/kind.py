"""What a viewer is: one entry of the registry in this package."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ouro_web.files.models import File

Data = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """`templates/files/viewers/{name}.html` shows what `data` makes of a file that `fits`.

    `data(file, compact)` reads no more than a bounded beginning of the file, and returns None where
    this viewer cannot show it after all: then the next one that fits is asked.
    """

    name: str
    fits: Callable[[File], bool]
    data: Callable[[File, bool], Data | None]


@dataclass(frozen=True)
class Viewer:
    """A kind and what it shows of one file."""

    kind: str
    data: Data = field(default_factory=dict)

    @property
    def template(self) -> str:
        return f"files/viewers/{self.kind}.html"


def nothing(_: File, __: bool) -> Data:
    """For viewers that show the file's own address and need nothing else."""
    return {}
