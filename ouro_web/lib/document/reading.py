"""Extended markdown as a document. What only pages show (footnotes, tick boxes, bare addresses)
stays in the words, so that it is written back as it was."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote.index import footnote_def

from ouro_web.lib.document import leaves
from ouro_web.lib.document.nodes import Node
from ouro_web.lib.markdown import addresses, grammar, passes

_CALLOUT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|\Z)", re.IGNORECASE)
_SIDE = re.compile(r"text-align:(\w+)")


class Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return addresses.is_allowed(url)

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        return url


@cache
def parser() -> MarkdownIt:
    options = {"html": False, "maxNesting": 20, "strikethrough_single_tilde": True}
    md = Markdown("commonmark", options)
    md.disable(["html_block", "html_inline"]).enable(["table", "strikethrough"])
    md.block.ruler.before(
        "reference", "footnote_def", footnote_def, {"alt": ["paragraph", "reference"]}
    )
    md.block.ruler.before(
        "fence", "math_block", grammar.block_math, {"alt": ["paragraph", "blockquote", "list"]}
    )
    md.block.ruler.before("fence", "svg", grammar.svg)
    md.inline.ruler.before("escape", "math", grammar.inline_math)
    md.inline.ruler.before("escape", "mention", grammar.mention)
    md.inline.ruler.before("escape", "run_value", grammar.run_value)
    md.inline.ruler.before("autolink", "line_break", grammar.line_break)
    md.core.ruler.push("mentions_in_code", passes.mentions_in_code)
    return md


def document(text: str) -> Node:
    tree = SyntaxTreeNode(parser().parse(text, {}))
    return {"type": "doc", "content": _blocks(tree.children)}


def _blocks(trees: list[SyntaxTreeNode]) -> list[Node]:
    return [node for tree in trees for node in _BLOCKS.get(tree.type, _inside)(tree)]


def _inside(tree: SyntaxTreeNode) -> list[Node]:
    return _blocks(tree.children)


def _paragraph(tree: SyntaxTreeNode) -> list[Node]:
    if _source(tree) == "&nbsp;":
        return [_node("paragraph", [])]
    return _as_block(leaves.line(tree))


def _as_block(content: list[Node]) -> list[Node]:
    """An image alone in its paragraph is a block."""
    if len(content) == 1 and content[0]["type"] == "image" and "marks" not in content[0]:
        return content
    return [_node("paragraph", content)]


def _heading(tree: SyntaxTreeNode) -> list[Node]:
    return [_node("heading", leaves.line(tree), level=int(tree.tag[1]))]


def _fence(tree: SyntaxTreeNode) -> list[Node]:
    if tree.info.split()[:1] == ["assetComponent"] and (found := _asset(tree.content)):
        return [found]
    return _code_block(tree, tree.info.strip())


def _asset(source: str) -> Node | None:
    try:
        attributes = json.loads(source)
    except (ValueError, RecursionError):
        return None
    if not isinstance(attributes, dict) or not attributes.get("id"):
        return None
    return {"type": "assetComponent", "attrs": {"viewMode": "card", **attributes}}


def _code_block(tree: SyntaxTreeNode, language: str = "") -> list[Node]:
    source = tree.content.removesuffix("\n")
    return [_node("codeBlock", [leaves.text(source)] if source else [], language=language or None)]


def _quote(tree: SyntaxTreeNode) -> list[Node]:
    first = tree.children[0] if tree.children else None
    found = _CALLOUT.match(_source(first)) if first and first.type == "paragraph" else None
    if not first or not found:
        return [{"type": "blockquote", "content": _blocks(tree.children)}]
    rest = leaves.line(first)
    _without_marker(rest)
    content = _as_block(rest) if rest else []
    if _source(first)[found.end() :] == "&nbsp;":
        content = [_node("paragraph", [])]
    content += _blocks(tree.children[1:])
    return [{"type": "callout", "attrs": {"kind": found[1].lower()}, "content": content}]


def _without_marker(content: list[Node]) -> None:
    _, _, after = content[0]["text"].partition("]")
    content[0]["text"] = after.removeprefix("\n")  # a second one was written as a number
    if not content[0]["text"]:
        del content[0]


def _list(tree: SyntaxTreeNode) -> list[Node]:
    items = [
        {"type": "listItem", "content": _blocks(item.children) or [_node("paragraph", [])]}
        for item in tree.children
    ]
    if tree.type == "bullet_list":
        return [{"type": "bulletList", "content": items}]
    start = int(tree.attrs.get("start", 1))
    return [{"type": "orderedList", "attrs": {"start": start}, "content": items}]


def _table(tree: SyntaxTreeNode) -> list[Node]:
    rows = [_row(row) for part in tree.children for row in part.children]
    if all(not _source(cell) for cell in tree.children[0].children[0].children):
        rows = rows[1:]  # markdown has no table without a head; an empty one stands for none
    return [{"type": "table", "content": rows}]


def _row(tree: SyntaxTreeNode) -> Node:
    return {"type": "tableRow", "content": [_cell(cell) for cell in tree.children]}


def _cell(tree: SyntaxTreeNode) -> Node:
    kind = "tableHeader" if tree.type == "th" else "tableCell"
    attributes: dict[str, Any] = {"colspan": 1, "rowspan": 1, "colwidth": None}
    if found := _SIDE.search(str(tree.attrs.get("style", ""))):
        attributes["align"] = found[1]
    line = [] if _source(tree) == "&nbsp;" else leaves.line(tree)
    paragraphs = [_node("paragraph", part) for part in _parted(line)]
    return {"type": kind, "attrs": attributes, "content": paragraphs}


def _parted(line: list[Node]) -> Iterator[list[Node]]:
    """Two breaks in a row part the paragraphs of a cell."""
    start = at = 0
    while at < len(line):
        if [node["type"] for node in line[at : at + 2]] == ["hardBreak", "hardBreak"]:
            yield line[start:at]
            start = at = at + 2
        else:
            at += 1
    yield line[start:]


def _rule(_: SyntaxTreeNode) -> list[Node]:
    return [{"type": "horizontalRule"}]


def _formula(tree: SyntaxTreeNode) -> list[Node]:
    return [_node("paragraph", [leaves.mathematics(tree.content, display=True)])]


def _note(tree: SyntaxTreeNode) -> list[Node]:
    content = _blocks(tree.children)
    name = f"[^{tree.meta['label']}]:"
    if not content or content[0]["type"] != "paragraph":
        content.insert(0, _node("paragraph", [leaves.text(name)]))
    else:
        content[0]["content"] = leaves.joined([leaves.text(f"{name} "), *content[0]["content"]])
    return [{"type": "footnote", "content": content}]


_BLOCKS: dict[str, Callable[[SyntaxTreeNode], list[Node]]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "fence": _fence,
    "code_block": _code_block,
    "blockquote": _quote,
    "bullet_list": _list,
    "ordered_list": _list,
    "table": _table,
    "hr": _rule,
    "math_block": _formula,
    "footnote_reference": _note,
}


def _source(tree: SyntaxTreeNode) -> str:
    return "".join(child.content for child in tree.children if child.type == "inline")


def _node(kind: str, content: list[Node], **attributes: Any) -> Node:
    return {"type": kind, **({"attrs": attributes} if attributes else {}), "content": content}
