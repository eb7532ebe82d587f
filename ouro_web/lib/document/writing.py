"""A document as extended markdown: its blocks."""

import json
import re
from collections.abc import Callable
from typing import Any

from ouro_web.lib.document import line, nodes, tables
from ouro_web.lib.document.nodes import children, kind

CALLOUTS = ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")
LISTS = ("bulletList", "orderedList")
EMPTY = "&nbsp;"  # a paragraph of nothing, which markdown has no other word for
# Readers of markdown stop at a depth; what lies deeper is written without the blocks around it.
ROOM = 17
_FENCES = re.compile(r"`{3,}")
_NOTE = re.compile(r"\\(\[\^[^\]\s]+\]:)")


def as_text(document: Any) -> str:
    """Markdown that ends in a newline. Nodes nobody knows give what they hold."""
    return _blocks(children(nodes.pruned(document)), ROOM).strip("\n") + "\n"


def _blocks(content: list[Any], room: int) -> str:
    written, before = [], ""
    for node in _grouped(content):
        other = kind(node) == before
        text = _list(node, room, other=other) if kind(node) in LISTS else _block(node, room)
        # Two lists in a row are one list unless their signs differ, so every second one differs.
        before = "" if other else kind(node)
        written.append(text)
    return "\n\n".join(text for text in written if text)


def _grouped(content: list[Any]) -> list[Any]:
    """Inline nodes that stand where blocks belong become paragraphs."""
    grouped: list[Any] = []
    loose: list[Any] = []
    for node in content:
        if kind(node) in ("text", "hardBreak", "mention", "mathematics"):
            loose.append(node)
            continue
        grouped += [{"type": "paragraph", "content": loose}] if loose else []
        loose = []
        grouped.append(node)
    return grouped + ([{"type": "paragraph", "content": loose}] if loose else [])


def _block(node: Any, room: int) -> str:
    write = _WRITERS.get(kind(node))
    if write is None:
        return _blocks(children(node), room)
    return write(node, room)


def _paragraph(node: Any, _: int) -> str:
    content = children(node)
    if len(content) == 1 and kind(content[0]) == "mathematics" and line.is_display(content[0]):
        return _formula(content[0])
    return line.write(content) or EMPTY


def _formula(node: Any) -> str:
    lines = nodes.words(node, "latex").split("\n")
    latex = "\n".join(each.strip() for each in lines if each.strip())
    return line.mathematics({"attrs": {"latex": latex, "displayMode": True}}) or EMPTY


def _heading(node: Any, _: int) -> str:
    level = nodes.whole(node, "level", least=1, most=6, default=1)
    return f"{'#' * level} {line.heading(children(node))}".rstrip()


def _code(node: Any, _: int) -> str:
    language = " ".join(nodes.words(node, "language").split())
    return _fenced(language, nodes.plain(children(node)))


def _asset(node: Any, _: int) -> str:
    attributes = dict(node.get("attrs") or {}) if isinstance(node.get("attrs"), dict) else {}
    config = attributes.get("displayConfig")
    if isinstance(config, str):
        attributes["displayConfig"] = _parsed(config)
    kept = {key: value for key, value in attributes.items() if value not in (None, {}, "")}
    return _fenced("assetComponent", json.dumps(kept, ensure_ascii=False))


def _parsed(text: str) -> Any:
    """Older writers keep the configuration as JSON text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _fenced(language: str, source: str) -> str:
    if "`" in language:
        language = language.replace("`", "")
    longest = max((len(run) for run in _FENCES.findall(source)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{source}\n{fence}" if source else f"{fence}{language}\n{fence}"


def _quote(node: Any, room: int) -> str:
    if room < 1:
        return _blocks(children(node), room)
    return _indented(_blocks(children(node), room - 1), "> ", "> ")


def _callout(node: Any, room: int) -> str:
    word = nodes.words(node, "kind").upper()
    marker = f"[!{word if word in CALLOUTS else 'NOTE'}]"
    content = children(node)
    if room < 1:
        return _blocks(content, room)
    blocks = _blocks(content, room - 1)
    between = "\n" if content and kind(content[0]) == "paragraph" else "\n\n"
    return _indented(f"{marker}{between}{blocks}" if blocks else marker, "> ", "> ")


def _list(node: Any, room: int, *, other: bool = False) -> str:
    if room < 2:
        return _blocks(children(node), room)
    items = children(node)
    number = nodes.whole(node, "start", least=0, most=999_999_999 - len(items), default=1)
    written, tight = [], True
    for item in items:
        sign = "* " if other else "- "
        if kind(node) == "orderedList":
            sign = f"{number}) " if other else f"{number}. "
        text, is_tight = _item(item, room - 2)
        written.append(_indented(text, sign, " " * len(sign)))
        tight, number = tight and is_tight, number + 1
    return ("\n" if tight else "\n\n").join(written)


def _item(item: Any, room: int) -> tuple[str, bool]:
    """What an item holds, and whether it is short enough to go without blank lines."""
    content = _grouped(children(item)) if kind(item) == "listItem" else _grouped([item])
    if content and kind(content[0]) == "horizontalRule":
        rest = _blocks(content[1:], room)
        return f"___\n\n{rest}".strip("\n"), not rest
    text = _blocks(content, room) or EMPTY
    kinds = [kind(node) for node in content]
    if kinds == ["paragraph", "bulletList"] and "\n\n" not in text.partition("\n\n")[2]:
        return text.replace("\n\n", "\n", 1), True
    return text, len(kinds) < 2 and "\n\n" not in text


def _note(node: Any, room: int) -> str:
    """A footnote: its name is the beginning of its first paragraph."""
    if room < 1:
        return _blocks(children(node), room)
    text = _NOTE.sub(r"\1", _blocks(children(node), room - 1), count=1)
    return _indented(text, "", "    ")


def _rule(*_: Any) -> str:
    return "---"


def _image(node: Any, _: int) -> str:
    return line.image(node)


def _table(node: Any, _: int) -> str:
    return tables.write(node)


_WRITERS: dict[str, Callable[[Any, int], str]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "codeBlock": _code,
    "blockquote": _quote,
    "callout": _callout,
    "bulletList": _list,
    "orderedList": _list,
    "horizontalRule": _rule,
    "image": _image,
    "table": _table,
    "assetComponent": _asset,
    "footnote": _note,
}


def _indented(text: str, first: str, other: str) -> str:
    lines = text.split("\n")
    rest = ((other + each) if each else other.rstrip() for each in lines[1:])
    return "\n".join([(first + lines[0]) if lines[0] else first.rstrip(), *rest])
