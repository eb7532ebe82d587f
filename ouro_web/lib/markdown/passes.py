"""Changes to the token list after parsing: each pass is one feature, and linear."""

import re
from collections.abc import Iterator

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from ouro_web.lib.markdown import addresses
from ouro_web.lib.markdown.grammar import MENTION_IN_CODE
from ouro_web.lib.markdown.values import Heading

_TASK = re.compile(r"\[([ xX])\][ \t]+")
_CALLOUT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*$", re.IGNORECASE)
_NOT_IN_ID = re.compile(r"[^\w]+")


def mentions_in_code(state: StateCore) -> None:
    """`{@name}` in backticks is the canonical spelling of a mention."""
    for children in _inlines(state):
        for token in children:
            if token.type == "code_inline" and (found := MENTION_IN_CODE.fullmatch(token.content)):
                token.type, token.content = "mention", found[1]


def links(state: StateCore) -> None:
    """Typed links become slots, pages of this site are noted, a link within a link is undone."""
    site_url, paths = state.env["site_url"], state.env["paths"]
    for children in _inlines(state):
        opened: list[str] = []
        for token in children:
            if token.type == "link_open":
                opened.append("" if any(opened) else _kind_of_link(token, site_url, paths))
                token.type, token.hidden = opened[-1] or "nothing", not opened[-1]
            elif token.type == "link_close":
                kind = opened.pop()
                token.type = "asset_close" if kind == "asset_open" else (kind and "link_close")
                token.type = token.type or "nothing"


def _kind_of_link(token: Token, site_url: str, paths: list[str]) -> str:
    address = addresses.on_this_site(str(token.attrs["href"]), site_url)
    token.attrs["href"] = address
    if reference := addresses.typed(address):
        token.meta = {"type": reference[0], "id": reference[1]}
        return "asset_open"
    if page := addresses.page(address):
        paths.append(page)
    return "link_open"


def images(state: StateCore) -> None:
    """An image asset alone in its paragraph is shown; every other image becomes a link to it, or
    within a link its words."""
    for index, inline in enumerate(state.tokens):
        depth = 0
        for token in inline.children or []:
            depth += token.nesting if token.type.startswith(("link_", "asset_")) else 0
            if token.type != "image":
                continue
            source = addresses.on_this_site(str(token.attrs["src"]), state.env["site_url"])
            token.attrs["src"] = source
            reference = addresses.typed(source)
            alone = len(inline.children or []) == 1 and reference is not None
            token.meta = {"reference": reference, "alone": alone, "linked": depth > 0}
            if alone and state.tokens[index - 1].type == "paragraph_open":
                state.tokens[index - 1].hidden = state.tokens[index + 1].hidden = True


def tasks(state: StateCore) -> None:
    for index, token in enumerate(state.tokens[2:], start=2):
        item = state.tokens[index - 2]
        if token.type != "inline" or item.type != "list_item_open" or not token.children:
            continue
        first = token.children[0]
        if first.type == "text" and (found := _TASK.match(first.content)):
            done = found[1] != " "
            item.attrSet("class", "task done" if done else "task")
            first.content = first.content[found.end() :]
            token.children.insert(0, Token("task", "", 0, meta={"done": done}))


def callouts(state: StateCore) -> None:
    """> [!NOTE] and its four sisters."""
    for index, token in enumerate(state.tokens[2:], start=2):
        quote = state.tokens[index - 2]
        if token.type != "inline" or quote.type != "blockquote_open" or not token.children:
            continue
        first = token.children[0]
        if first.type == "text" and (found := _CALLOUT.match(first.content)):
            quote.meta = {"callout": found[1].capitalize()}
            del token.children[:2]  # with the break after it
            if not token.children:
                state.tokens[index - 1].hidden = state.tokens[index + 1].hidden = True


def alignment(state: StateCore) -> None:
    """The style attribute of aligned cells as a class, since inline styles are not allowed."""
    for token in state.tokens:
        if token.type in ("th_open", "td_open"):
            style = str(token.attrs.pop("style", ""))
            if side := {"text-align:right": "r", "text-align:center": "c"}.get(style):
                token.attrSet("class", side)


def headings(state: StateCore) -> None:
    """Ids for anchors, and the table of contents. A first heading that repeats the title goes."""
    taken: set[str] = set()
    for index, token in enumerate(state.tokens):
        if token.type != "heading_open":
            continue
        text = plain_text(state.tokens[index + 1])
        if index == 0 and text.strip() and text.strip() == state.env["title"]:
            for double in state.tokens[:3]:
                double.type, double.children, double.hidden = "nothing", None, True
            continue
        if not text.strip():
            continue
        name = _free(_NOT_IN_ID.sub("-", text.lower())[:60].strip("-") or "part", taken)
        token.attrSet("id", state.env["prefix"] + name)
        state.env["headings"].append(
            Heading(int(token.tag[1]), state.env["prefix"] + name, text[:200])
        )


def _free(name: str, taken: set[str]) -> str:
    """The name, or the name with a number; counted from the size of what is taken, so that many
    equal headings stay cheap."""
    if name in taken:
        name = f"{name}-{len(taken) + 1}"
    taken.add(name)
    return name


def plain_text(inline: Token) -> str:
    words = []
    for token in inline.children or []:
        if token.type in ("text", "code_inline", "math"):
            words.append(token.content)
        elif token.type == "mention":
            words.append(f"@{token.content}")
        elif token.type in ("softbreak", "hardbreak"):
            words.append(" ")
    return "".join(words)


def _inlines(state: StateCore) -> Iterator[list[Token]]:
    for token in state.tokens:
        if token.children:
            yield token.children
