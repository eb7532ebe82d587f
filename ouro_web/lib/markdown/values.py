"""What rendering gives: safe HTML, with slots between for what depends on the reader."""

import re
from dataclasses import asdict, dataclass, field
from html import unescape
from typing import Any, Literal, Self

_BLOCK_END = re.compile(r"</(?:p|li|h[1-6]|t[dh]|div|pre|blockquote)>|<br\b[^>]*>")
# What carries no words: tags, and the source that formulas keep beside their signs.
_MUTE = re.compile(r"<annotation\b.*?</annotation>|<[^>]*>", re.DOTALL)
SlotKind = Literal["embed", "image", "link", "end", "name", "mention", "value"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the text that is filled for each reader.

    A "link" opens a typed link and an "end" closes it; a "name" is a typed link that its author
    gave no words, so it shows the asset's own name to those who may see it; a "value" is one value
    of a run's answer.
    """

    kind: SlotKind
    id: str = ""
    type: str = ""
    # The username of a mention, the alternative text of an image, the place of a value.
    text: str = ""
    mode: str = ""  # card, preview or interactive
    action: str = ""  # the run an embed pins
    view: str = ""  # the saved view of a dataset
    filters: str = ""
    show: tuple[str, ...] = ()  # the parts of a run; none named are all
    outputs: tuple[str, ...] = ()  # the outputs of a run, by name; none named are all
    collapse: str = ""  # folded, under this title
    caption: str = ""
    values: str = ""  # JSON: what an interactive form begins with


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    id: str
    text: str


Part = str | Slot


@dataclass(frozen=True)
class References:
    mentions: tuple[str, ...]
    links: tuple[Slot, ...]
    embeds: tuple[Slot, ...]
    paths: tuple[str, ...]  # addresses of pages on this site, such as /posts/alice/notes


@dataclass(frozen=True)
class Rendered:
    parts: list[Part] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    # The line of the source at which each block of the outermost level begins.
    lines: list[int] = field(default_factory=list)

    @property
    def slots(self) -> list[Slot]:
        return [part for part in self.parts if isinstance(part, Slot)]

    @property
    def references(self) -> References:
        slots = self.slots
        return References(
            mentions=tuple(dict.fromkeys(s.text for s in slots if s.kind == "mention")),
            links=tuple(s for s in slots if s.kind in ("link", "name", "value")),
            embeds=tuple(s for s in slots if s.kind in ("embed", "image")),
            paths=tuple(dict.fromkeys(self.paths)),
        )

    @property
    def words(self) -> str:
        """The plain words, without marks, links and embeds."""
        said = (_spoken(each) if isinstance(each, str) else _name(each) for each in self.parts)
        return " ".join(unescape("".join(said)).split())

    def as_json(self) -> dict[str, Any]:
        return {
            "parts": [part if isinstance(part, str) else _filled(part) for part in self.parts],
            "headings": [asdict(heading) for heading in self.headings],
            "paths": self.paths,
            "lines": self.lines,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        if not document:
            return cls()
        return cls(
            parts=[part if isinstance(part, str) else _slot(part) for part in document["parts"]],
            headings=[Heading(**heading) for heading in document["headings"]],
            paths=document["paths"],
            lines=document.get("lines", []),
        )


def _spoken(html: str) -> str:
    return _MUTE.sub("", _BLOCK_END.sub(" ", html))


def _name(slot: Slot) -> str:
    return f"@{slot.text}" if slot.kind == "mention" else ""


def _slot(stored: dict[str, Any]) -> Slot:
    lists: dict[str, Any] = {k: tuple(stored[k]) for k in ("show", "outputs") if k in stored}
    return Slot(**{**stored, **lists})


def _filled(slot: Slot) -> dict[str, Any]:
    return {key: value for key, value in asdict(slot).items() if value}
