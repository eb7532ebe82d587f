"""Tokens to parts: HTML, sanitised, and then the formulas, code and slots put in their places.

The sanitiser sees only marks where those go. A mark holds a random word, so no text can forge one,
and what is put in is made from structured data, never from the author's markup.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from ouro_web.lib.markdown import addresses, bare, grammar, passes
from ouro_web.lib.markdown.rules import RULES, Inserts, Tokens
from ouro_web.lib.markdown.values import Rendered

# Repeated references to one long address multiply; a text may not grow beyond this by them.
MOST_GROWTH = 10
# Nor may what is made of it: short rows of a wide table are filled up with cells.
LARGEST, SMALL = 45, 2000

Parse = Callable[[str, dict[str, Any]], Tokens]


class Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return addresses.is_allowed(url)

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        return url if addresses.typed(url) else super().normalizeLink(url)


@cache
def parser() -> MarkdownIt:
    options = {"html": False, "maxNesting": 20, "strikethrough_single_tilde": True}
    md = Markdown("commonmark", options)
    md.disable(["html_block", "html_inline"]).enable(["table", "strikethrough"])
    footnote_plugin(md)
    md.inline.ruler.before("escape", "math", grammar.inline_math)
    md.inline.ruler.before("escape", "mention", grammar.mention)
    md.inline.ruler.before("escape", "run_value", grammar.run_value)
    md.inline.ruler.before("autolink", "line_break", grammar.line_break)
    md.inline.ruler.before("autolink", "address", bare.address)
    md.block.ruler.before(
        "fence", "math_block", grammar.block_math, {"alt": ["paragraph", "blockquote", "list"]}
    )
    md.block.ruler.before("fence", "svg", grammar.svg)
    for step in (
        passes.mentions_in_code, bare.in_words, passes.links, passes.images,
        passes.tasks, passes.callouts, passes.alignment, passes.headings,
    ):  # fmt: skip
        md.core.ruler.push(step.__name__, step)
    for name, rule in RULES.items():
        md.add_render_rule(name, rule)
    return md


def parts(text: str, *, prefix: str, title: str, site_url: str) -> Rendered:
    return _made(parser().parse, text, prefix=prefix, title=title, site_url=site_url)


def line(text: str, *, prefix: str) -> Rendered:
    """Without blocks: what fits into one paragraph."""
    return _made(parser().parseInline, text, prefix=prefix, title="", site_url="")


def _made(parse: Parse, text: str, *, prefix: str, title: str, site_url: str) -> Rendered:
    inserts = Inserts()
    env: dict[str, Any] = {
        "inserts": inserts, "prefix": prefix, "title": title, "site_url": site_url,
        "headings": [], "paths": [],
    }  # fmt: skip
    md = parser()
    tokens = parse(text, env)
    if _grown(tokens) > MOST_GROWTH * len(text) + 10_000:
        raise OverflowError("references repeat too much text")
    html = md.renderer.render(tokens, md.options, env)
    found = inserts.split(_CLEANER.clean(html))
    if sum(len(part) for part in found if isinstance(part, str)) > LARGEST * len(text) + SMALL:
        raise OverflowError("a little text makes too much")
    return Rendered(found, env["headings"], env["paths"], _lines(tokens))


def _lines(tokens: Tokens) -> list[int]:
    starts = (token for token in tokens if token.level == 0 and token.nesting >= 0)
    return [token.map[0] for token in starts if token.map and token.type != "nothing"]


def _grown(tokens: Tokens) -> int:
    size = 0
    for token in tokens:
        size += sum(len(str(value)) for value in token.attrs.values())
        size += _grown(token.children or [])
    return size


_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ID = re.compile(r"[a-z0-9]{1,12}-[\w-]{1,80}")


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The last look at every attribute, whatever the rules above let through."""
    if name == "href":
        return value if addresses.is_allowed(value) else None
    if name == "id":
        return value if _ID.fullmatch(value) else None
    return value


_CLEANER = nh3.Cleaner(
    tags={
        *_HEADINGS, "p", "br", "hr", "em", "strong", "s", "del", "code", "pre", "blockquote",
        "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "sup", "span", "div",
        "section",
    },
    clean_content_tags={"script", "style"},
    attributes={
        "a": {"href", "title", "id", "aria-label"},
        "ol": {"start"},
        "li": {"id"},
        "section": {"aria-label"},
        **{tag: {"id"} for tag in _HEADINGS},
    },
    allowed_classes={
        "a": {"anchor"},
        "li": {"task", "done"},
        "span": {"vh"},
        "p": {"callout-title"},
        "div": {"scroll", "display-math"},
        "section": {"notes"},
        "blockquote": {"callout", "note", "tip", "important", "warning", "caution"},
        "th": {"r", "c"},
        "td": {"r", "c"},
    },
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow ugc",
)  # fmt: skip
