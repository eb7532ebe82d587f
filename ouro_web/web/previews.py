"""What an embed shows of an asset's content: the file's viewer, the first rows, the first words."""

import re
from dataclasses import dataclass, field
from html import unescape

from ouro_web.assets.models import Asset, AssetType
from ouro_web.lib.markdown import Rendered, Slot

EXCERPT = 320
# Each costs a look into a file; a text with more of them shows the rest as cards.
MOST_PREVIEWS = 24
_TAG = re.compile(r"<[^>]+>")
_INLINE_TAG = re.compile(r"</?(?:em|strong|s|code|a|sup|span)\b[^>]*>")  # no gap between words
_PARAGRAPH = re.compile(r"<p[ >]")
_BEYOND_WORDS = re.compile(r"<(?:h[1-6]|table|math|pre|figure|div)\b")
_KINDS = {AssetType.FILE: "file", AssetType.DATASET: "table"}


@dataclass(frozen=True)
class Preview:
    kind: str  # file, table, text
    text: str = ""


@dataclass
class Previews:
    """Made once a page, so that the limit counts for all its embeds together."""

    readable: set[str]
    made: dict[str, Preview | None] = field(default_factory=dict)

    def of(self, asset: Asset) -> Preview | None:
        """The content of an asset as far as the reader may see it; None is a card."""
        key = str(asset.pk)
        if key not in self.readable:
            return None
        if key not in self.made:
            self.made[key] = _preview(asset) if len(self.made) < MOST_PREVIEWS else None
        return self.made[key]


def _preview(asset: Asset) -> Preview | None:
    if asset.asset_type == AssetType.POST:
        return Preview("text", excerpt(Rendered.from_json(asset.as_post.rendered)))
    kind = _KINDS.get(AssetType(asset.asset_type))
    return Preview(kind) if kind else None


def _said(part: str | Slot) -> str:
    """What depends on the reader is left out, but not its place."""
    if isinstance(part, str):
        return part
    said = {
        "mention": f"@{part.text}",
        "value": "…",
        "name": "…",
        "embed": "<div>",
        "image": "<div>",
    }
    return said.get(part.kind, "")


def excerpt(text: Rendered) -> str:
    """The first paragraphs as plain words, up to what words alone cannot say."""
    html = "".join(map(_said, text.parts))[: EXCERPT * 20]
    first = _PARAGRAPH.search(html)
    began = first.start() if first else 0
    ended = _BEYOND_WORDS.search(html, began) if first else None
    opening = _INLINE_TAG.sub("", html[began : ended.start() if ended else None])
    joined = " ".join(unescape(_TAG.sub(" ", opening)).split())
    return joined if len(joined) <= EXCERPT else joined[:EXCERPT].rsplit(" ", 1)[0] + " …"
