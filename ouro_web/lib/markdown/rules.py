"""How each token is written. The first argument of a rule is the renderer itself."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from markdown_it.token import Token

from ouro_web.lib.markdown import embed, formula, listing
from ouro_web.lib.markdown.values import Part, Slot, SlotKind

MOST_EMBEDS = 100

Tokens = Sequence[Token]


@dataclass
class Inserts:
    mark: str = field(default_factory=lambda: secrets.token_hex(12))
    items: list[Part] = field(default_factory=list)
    embeds: int = 0

    def add(self, item: Part) -> str:
        self.items.append(item)
        return f"{self.mark}-{len(self.items) - 1};"

    def split(self, html: str) -> list[Part]:
        parts: list[Part] = []
        for number, piece in enumerate(re.split(rf"{self.mark}-(\d+);", html)):
            _append(parts, self.items[int(piece)] if number % 2 else piece)
        return parts


def _append(parts: list[Part], part: Part) -> None:
    if isinstance(part, str) and parts and isinstance(parts[-1], str):
        parts[-1] += part
    elif part:
        parts.append(part)


def _fence(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    token, inserts = tokens[index], env["inserts"]
    language = token.info.split()[0] if token.info.split() else ""
    if language.lower() == "assetcomponent":
        return str(_embed(token.content, inserts))
    return str(inserts.add(listing.figure(token.content, language)))


def _embed(source: str, inserts: Inserts) -> str:
    try:
        slot = embed.read(source)
        inserts.embeds += 1
        if inserts.embeds > MOST_EMBEDS:
            raise embed.BrokenEmbedError(f"one text can hold {MOST_EMBEDS} embeds.")
    except embed.BrokenEmbedError as reason:
        shown = escape(source[:2000].strip())
        return inserts.add(
            f'<div class="broken-embed"><p>This embed cannot be shown: {escape(str(reason))}</p>'
            f"<pre><code>{shown}</code></pre></div>"
        )
    return inserts.add(slot)


def _code_block(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    return str(env["inserts"].add(listing.figure(tokens[index].content, "")))


def _math(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    token = tokens[index]
    return str(env["inserts"].add(formula.mathml(token.content, display=token.meta["display"])))


def _math_block(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    drawn = env["inserts"].add(formula.mathml(tokens[index].content, display=True))
    return f'<div class="display-math">{drawn}</div>\n'


def _mention(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    return str(env["inserts"].add(Slot("mention", text=tokens[index].content.lower())))


def _asset_open(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    kind: SlotKind = "name" if tokens[index + 1].type == "asset_close" else "link"
    return str(env["inserts"].add(Slot(kind, **tokens[index].meta)))


def _asset_close(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    return "" if tokens[index - 1].type == "asset_open" else str(env["inserts"].add(Slot("end")))


def _asset_name(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    return str(env["inserts"].add(Slot("name", **tokens[index].meta)))


def _run_value(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    token = tokens[index]
    return str(env["inserts"].add(Slot("value", **token.meta, text=token.content)))


def _image(renderer: Any, tokens: Tokens, index: int, options: Any, env: Any) -> str:
    token, inserts = tokens[index], env["inserts"]
    alternative = renderer.renderInlineAsText(token.children, options, env).strip()
    reference = token.meta["reference"]
    if token.meta["linked"]:
        return str(escape(alternative))
    if reference is None:
        source = escape(str(token.attrs["src"]))
        return f'<a href="{source}">{escape(alternative) or source}</a>'
    kind, pk = reference
    if token.meta["alone"] and kind in ("file", "asset"):
        return str(inserts.add(Slot("image", id=pk, type="file", text=alternative[:500])))
    if not alternative:
        return str(inserts.add(Slot("name", id=pk, type=kind)))
    opened, closed = inserts.add(Slot("link", id=pk, type=kind)), inserts.add(Slot("end"))
    return f"{opened}{escape(alternative)}{closed}"


def _task(_: object, tokens: Tokens, index: int, *__: object) -> str:
    return f'<span class="vh">{"Done" if tokens[index].meta["done"] else "To do"}: </span>'


def _blockquote_open(_: object, tokens: Tokens, index: int, *__: object) -> str:
    word = tokens[index].meta.get("callout")
    if not word:
        return "<blockquote>\n"
    return f'<blockquote class="callout {word.lower()}"><p class="callout-title">{word}</p>\n'


def _heading_close(_: object, tokens: Tokens, index: int, *__: object) -> str:
    name = tokens[index - 2].attrs.get("id", "")
    if not tokens[index - 1].content:
        return f"</{tokens[index].tag}>\n"
    anchor = f' <a class="anchor" href="#{name}" aria-label="Link to this part"></a>'
    return f"{anchor}</{tokens[index].tag}>\n"


def _table_open(*_: object) -> str:
    return '<div class="scroll"><table>\n'


def _table_close(*_: object) -> str:
    return "</table></div>\n"


def _nothing(*_: object) -> str:
    return ""


def _note_ref(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    meta, prefix = tokens[index].meta, env["prefix"]
    number, again = meta["id"] + 1, meta.get("subId", 0)
    own = f"{prefix}fnref{number}" + (f"-{again}" if again else "")
    return f'<sup><a href="#{prefix}fn{number}" id="{own}">{number}</a></sup>'


def _note_open(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    return f'<li id="{env["prefix"]}fn{tokens[index].meta["id"] + 1}">'


def _note_back(_: object, tokens: Tokens, index: int, __: object, env: Any) -> str:
    meta = tokens[index].meta
    number, again = meta["id"] + 1, meta.get("subId", 0)
    target = f"{env['prefix']}fnref{number}" + (f"-{again}" if again else "")
    return f' <a href="#{target}" aria-label="Back to the text, note {number}">Back</a>'


def _notes_open(*_: object) -> str:
    return '<section class="notes" aria-label="Footnotes"><ol>\n'


def _notes_close(*_: object) -> str:
    return "</ol></section>\n"


def _item_close(*_: object) -> str:
    return "</li>\n"


RULES: dict[str, Callable[..., Any]] = {
    "fence": _fence,
    "code_block": _code_block,
    "math": _math,
    "math_block": _math_block,
    "mention": _mention,
    "asset_open": _asset_open,
    "asset_close": _asset_close,
    "asset_name": _asset_name,
    "run_value": _run_value,
    "image": _image,
    "task": _task,
    "blockquote_open": _blockquote_open,
    "heading_close": _heading_close,
    "table_open": _table_open,
    "table_close": _table_close,
    "nothing": _nothing,
    "footnote_ref": _note_ref,
    "footnote_open": _note_open,
    "footnote_close": _item_close,
    "footnote_anchor": _note_back,
    "footnote_block_open": _notes_open,
    "footnote_block_close": _notes_close,
}
