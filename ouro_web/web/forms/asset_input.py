"""One declared asset input of a run form: what is chosen, how it was named, what is wrong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from ouro_web.assets.access import Person
from ouro_web.assets.compatibility import compatible_assets, misfit
from ouro_web.assets.models import Asset, AssetQuerySet
from ouro_web.lib import archives, media
from ouro_web.lib.declarations import Declaration, normalise_extension
from ouro_web.lib.fields.names import State, html_id, one

MAX_OFFERED = 20
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_PAGE = re.compile(r"/(?:files|datasets|posts|routes|quests)/([^/?#\s]+)/([^/?#\s]+)")


@dataclass(slots=True)
class AssetInput:
    declaration: Declaration
    assets: list[Asset] = field(default_factory=list)
    typed: str = ""  # an id, a link or words that led to no asset
    error: str = ""
    offers: list["Offered"] | None = None  # for the plain list of a browser without script

    @property
    def name(self) -> str:
        return self.declaration.name

    @property
    def control(self) -> str:
        return f"a/{self.name}"

    @property
    def id(self) -> str:
        return html_id(self.control)

    @property
    def label(self) -> str:
        return self.declaration.label

    @property
    def asset(self) -> Asset | None:
        return self.assets[0] if self.assets else None

    @property
    def many(self) -> bool:
        return self.declaration.many

    @property
    def value(self) -> str:
        return str(self.asset.pk) if self.asset else ""

    @property
    def chosen(self) -> UUID | list[UUID]:
        """As a call holds it; there must be one."""
        ids: list[UUID] = [asset.pk for asset in self.assets]
        return ids if self.many else ids[0]

    @property
    def takes(self) -> str:
        """What fits, in words: `file, .cif or .xyz`."""
        told = " or ".join(self.declaration.asset_types)
        told = f"several of {told}" if self.many else told
        inside = self.declaration.contains_extensions
        parts = [told, _listed(self.declaration.extensions), self.declaration.filter]
        parts.append(f"an archive of {_listed(inside)}" if inside else "")
        return ", ".join(filter(None, parts))

    @property
    def accept(self) -> str:
        """What a browser's file dialogue offers first; it is only a convenience."""
        inside = self.declaration.contains_extensions
        wanted = self.declaration.extensions or (("zip", "tar", "gz", "tgz") if inside else ())
        return ",".join(f".{extension}" for extension in wanted)

    @property
    def ending(self) -> str:
        """Of a pasted text without a name."""
        return next(iter(self.declaration.extensions), "txt")

    @property
    def takes_files(self) -> bool:
        return "file" in self.declaration.asset_types

    @property
    def takes_text(self) -> bool:
        return self.takes_files and not self.declaration.contains_extensions

    def check_presence(self) -> None:
        if not (self.asset or self.error or self.declaration.optional):
            self.error = "is required"


def _listed(extensions: Sequence[str]) -> str:
    """`.cif, .xyz or .pdb`"""
    endings = [f".{extension}" for extension in extensions]
    return " or ".join(filter(None, [", ".join(endings[:-1]), *endings[-1:]]))


def asset_inputs(
    declared: Mapping[str, Declaration], person: Person, state: State
) -> list[AssetInput]:
    """What the posted names choose, in a constant number of queries. An asset that may not be read
    is as unknown as one that does not exist."""
    if not declared:
        return []
    wanted = {name: _wanted(state, declaration) for name, declaration in declared.items()}
    ids = {pk for texts in wanted.values() for text in texts if (pk := id_in(text))}
    readable = readable_assets(person)
    by_id = {str(asset.pk): asset for asset in readable.filter(pk__in=ids)} if ids else {}
    made = []
    for name, declaration in declared.items():
        item = AssetInput(declaration)
        for text in wanted[name]:
            _take(item, text, by_id.get(str(id_in(text))) or by_link(readable, text))
        made.append(item)
    return made


def _take(item: AssetInput, wanted: str, found: Asset | None) -> None:
    if found is None:
        item.typed = wanted
        item.error = "is not an asset that you can read; choose another"
    elif reason := misfit(found, item.declaration):
        item.typed, item.error = found.name, f"does not fit. {reason}"
    else:
        item.assets.append(found)


def _wanted(state: State, declaration: Declaration) -> list[str]:
    """What was chosen last counts: the list, then an id or link, then what was there; where several
    are taken, all of them. Words that were only searched for do not undo a choice."""
    control = f"a/{declaration.name}"
    picked, typed = (one(state, f"{control}{key}").strip() for key in ("~pick", "~q"))
    chosen = [text.strip() for text in state.get(control, []) if text.strip()]
    named = [picked] if picked else [typed] if id_in(typed) or _PAGE.search(typed) else []
    if declaration.many:
        return list(dict.fromkeys([*chosen, *named])) or ([typed] if typed else [])
    return named or chosen[-1:] or ([typed] if typed else [])


def readable_assets(person: Person) -> AssetQuerySet:
    return Asset.objects.readable_by(person).select_related(
        "owner", "organization", "as_file", "as_dataset"
    )


def id_in(text: str) -> UUID | None:
    """The id in a text: alone, or in a link."""
    found = _ID.search(text)
    return UUID(found[0]) if found else None


def by_link(readable: AssetQuerySet, text: str) -> Asset | None:
    found = _PAGE.search(text)
    if found is None:
        return None
    kind = text[found.start() + 1 :].partition("/")[0].removesuffix("s")
    return readable.filter(asset_type=kind, namespace=found[1], slug=found[2]).first()


@dataclass(slots=True)
class Offered:
    """A row of the list: an asset, and why it cannot be taken."""

    asset: Asset
    reason: str = ""


def offered(declaration: Declaration, person: Person, words: str = "") -> list[Offered]:
    """Newest first: what fits, then a few found by name that do not, with the reason."""
    rows = readable_assets(person).order_by("-id")
    for word in words.split()[:6]:
        rows = rows.filter(name__icontains=word)
    fits = list(compatible_assets(rows, declaration)[:MAX_OFFERED])
    made = [Offered(asset) for asset in fits]
    if words and len(made) < MAX_OFFERED:
        made += _unfitting(rows.exclude(pk__in=[asset.pk for asset in fits]), declaration)
    return made


def _unfitting(rows: AssetQuerySet, declaration: Declaration) -> Iterable[Offered]:
    for asset in rows.filter(asset_type__in=("file", "dataset", "post"))[:5]:
        if reason := misfit(asset, declaration):
            yield Offered(asset, reason)


def upload_misfit(declaration: Declaration, filename: str, media_type: str, content: Any) -> str:
    """Why a file cannot stand here, before a byte of it is kept."""
    extension = normalise_extension(PurePath(filename).suffix)
    facts: dict[str, Any] = {}
    if declaration.contains_extensions:
        media_type = media.media_type(content.read(media.HEAD), extension)
        facts["holds"] = archives.endings(content, size=content.size, media_type=media_type)
        content.seek(0)
    kind = SimpleNamespace(extension=extension, media_type=media_type, facts=facts)
    candidate: Any = SimpleNamespace(asset_type="file", as_file=kind)
    return misfit(cast(Asset, candidate), declaration)
