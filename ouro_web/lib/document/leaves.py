"""The inline part of a block of markdown as nodes of a document, each with its marks."""

from collections.abc import Iterator

from markdown_it.tree import SyntaxTreeNode

from ouro_web.lib.document.nodes import Node
from ouro_web.lib.markdown import addresses

MARKS = {"strong": "bold", "em": "italic", "s": "strike"}
ORDER = ("code", "bold", "italic", "strike", "link")  # innermost first


def line(tree: SyntaxTreeNode) -> list[Node]:
    leaves = [leaf for inline in tree.children for leaf in _leaves(inline.children, {})]
    return joined(leaves)


def _leaves(trees: list[SyntaxTreeNode], marks: dict[str, Node]) -> Iterator[Node]:
    for tree in trees:
        if tree.type in MARKS:
            name = MARKS[tree.type]
            yield from _leaves(tree.children, {**marks, name: {"type": name}})
        elif tree.type == "link":
            marked = marks | _link(tree)
            yield from _leaves(tree.children, marked) if tree.children else _unnamed(tree, marked)
        elif tree.type == "code_inline":
            yield _marked(text(tree.content), {**marks, "code": {"type": "code"}})
        elif tree.type == "hardbreak":
            yield {"type": "hardBreak"}
        else:
            node = _leaf(tree)
            if node.get("text") != "":
                yield _marked(node, marks)


def _unnamed(tree: SyntaxTreeNode, marks: dict[str, Node]) -> Iterator[Node]:
    """A typed link without words, which pages give the name of what it leads to. A document has no
    empty text: an asset is written by its id, which pages name as well."""
    kind, pk = addresses.typed(str(tree.attrs["href"])) or ("", "")
    if kind == "action":
        yield _marked(text("run"), marks)
    elif kind:
        others = {name: mark for name, mark in marks.items() if name != "link"}
        yield _marked(text(f"{{asset:{pk}}}"), others)


def _leaf(tree: SyntaxTreeNode) -> Node:
    if tree.type == "softbreak":
        return text("\n")
    if tree.type == "mention":
        return {"type": "mention", "attrs": {"id": tree.content, "label": tree.content}}
    if tree.type == "math":
        return mathematics(tree.content.replace("\n", " "), display=tree.meta["display"])
    if tree.type == "run_value":
        return text(tree.markup)
    if tree.type == "asset_name":
        return text(f"{{asset:{tree.meta['id']}}}")
    if tree.type == "image":
        return _image(tree)
    return text(tree.content)


def _image(tree: SyntaxTreeNode) -> Node:
    alternative = "".join(_alternative(tree.children))
    title = tree.attrs.get("title")
    attributes = {"src": tree.attrs["src"], "alt": alternative}
    return {"type": "image", "attrs": attributes | ({"title": title} if title else {})}


def _alternative(trees: list[SyntaxTreeNode]) -> Iterator[str]:
    for tree in trees:
        if tree.type in ("softbreak", "hardbreak"):
            yield " "
        elif tree.type == "mention":
            yield f"@{tree.content}"
        else:
            yield "".join(_alternative(tree.children)) if tree.children else tree.content


def _link(tree: SyntaxTreeNode) -> dict[str, Node]:
    """The mark, by its name; a link to nowhere is only words."""
    title = tree.attrs.get("title")
    attributes = {"href": tree.attrs["href"]} | ({"title": title} if title else {})
    return {"link": {"type": "link", "attrs": attributes}} if tree.attrs["href"] else {}


def mathematics(latex: str, *, display: bool) -> Node:
    return {"type": "mathematics", "attrs": {"latex": latex, "displayMode": display}}


def text(words: str) -> Node:
    return {"type": "text", "text": words}


def _marked(node: Node, marks: dict[str, Node]) -> Node:
    found = [marks[name] for name in ORDER if name in marks]
    return {**node, "marks": found} if found else node


def joined(leaves: list[Node]) -> list[Node]:
    joined: list[Node] = []
    for leaf in leaves:
        last = joined[-1] if joined else {}
        both = leaf["type"] == "text" == last.get("type")
        if both and leaf.get("marks") == last.get("marks"):
            last["text"] += leaf["text"]
        else:
            joined.append(dict(leaf))
    return joined
