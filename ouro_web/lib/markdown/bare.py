"""Addresses that stand in a text without any mark: links, by the rules of GitHub's markdown.

One with its scheme is taken whole while the line is read, since it may hold signs that mean
something elsewhere. What begins with www. and addresses of mail are found afterwards, in the words.
"""

import re
from collections.abc import Iterator

from markdown_it.common.utils import unescapeAll
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_SCHEME = re.compile(r"(?:^|[^A-Za-z])(https?)$", re.IGNORECASE)
_REST = re.compile(r"://[^\s<>\"'`]{1,2000}")
_IN_WORDS = re.compile(
    r"(?P<web>(?<![^\s*_~(])www\.[^\s<>\"'`]{1,2000})"
    r"|(?<![\w.+-])(?P<scheme>mailto:)?[\w.+-]{1,100}@[\w.-]{1,250}",
    re.ASCII,
)
_HOST = re.compile(r"[\w.-]+(?=[/?#:]|$)")
_MAIL_HOST = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+(?<![_-])")
_ENTITY = re.compile(r"&[A-Za-z0-9]{1,40};$")
_AFTER = ".,;:!?*_~\\[]"


def address(state: StateInline, silent: bool) -> bool:
    """http:// or https://; the scheme has been read as text when its colon comes."""
    if silent or state.linkLevel or state.src[state.pos] != ":":
        return False
    scheme, rest = (
        _SCHEME.search(state.pending[-6:]),
        _REST.match(state.src, state.pos, state.posMax),
    )
    if not scheme or not rest:
        return False
    found = _without_tail(scheme[1] + rest[0])
    if not _is_host(found.partition("://")[2]):
        return False
    state.pending = state.pending[: -len(scheme[1])]
    _push(state, found)
    state.pos += len(found) - len(scheme[1])
    return True


def in_words(state: StateCore) -> None:
    for token in state.tokens:
        if token.children and ("@" in token.content or "www." in token.content):
            token.children = list(_with_links(token.children))


def _push(state: StateInline, found: str) -> None:
    """Escaped signs and entities in it mean what they mean elsewhere."""
    found = unescapeAll(found)
    state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(found)}
    state.push("text", "", 0).content = found
    state.push("link_close", "a", -1)


def _with_links(children: list[Token]) -> Iterator[Token]:
    depth = 0
    for token in children:
        depth += token.nesting if token.type in ("link_open", "link_close") else 0
        if token.type != "text" or depth:
            yield token
            continue
        position = 0
        for found in _IN_WORDS.finditer(token.content):
            words = _without_tail(found[0]) if found["web"] else _mail(found[0])
            if not words or (found["web"] and not _is_host(words)):
                continue
            yield _text(token.content[position : found.start()])
            before = "http://" if found["web"] else "" if found["scheme"] else "mailto:"
            yield Token("link_open", "a", 1, attrs={"href": before + words})
            yield _text(words)
            yield Token("link_close", "a", -1)
            position = found.start() + len(words)
        yield _text(token.content[position:]) if position else token


def _mail(words: str) -> str:
    """The address without the full stop of its sentence; nothing when it is none."""
    name, _, rest = words.partition("@")
    host = rest.rstrip(".")
    return f"{name}@{host}" if _MAIL_HOST.fullmatch(host) else ""


def _is_host(found: str) -> bool:
    """Begins with a name in the web, whose two last parts hold no underscore."""
    host = _HOST.match(found)
    return host is not None and "_" not in ".".join(host[0].split(".")[-2:])


def _without_tail(found: str) -> str:
    """A sentence may end in an address: its full stop and unmatched bracket do not belong to it."""
    found = _ENTITY.sub("", found).rstrip(_AFTER)
    while found.endswith(")") and found.count(")") > found.count("("):
        found = found[:-1].rstrip(_AFTER)
    return found


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
