"""Every node survives the way to markdown and back; markdown survives the way to a document."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as some

from ouro_web.lib import markdown
from ouro_web.lib.document import as_text, from_text

PK = "0190a8b0-0000-7000-8000-000000000000"


def text(words, *marks):
    return {"type": "text", "text": words} | ({"marks": list(marks)} if marks else {})


def node(kind, /, *content, **attributes):
    attrs = {"attrs": attributes} if attributes else {}
    return {"type": kind, **attrs, "content": list(content)}


def doc(*content):
    return node("doc", *content)


def para(*content):
    return node("paragraph", *content)


def cell(*content, kind="tableCell"):
    paragraph = para(*content)
    return node(kind, paragraph, colspan=1, rowspan=1, colwidth=None)


BOLD, ITALIC, STRIKE, CODE = ({"type": name} for name in ("bold", "italic", "strike", "code"))
LINK = {"type": "link", "attrs": {"href": "https://x.example/a_(b)?c=1&d=2"}}
MENTION = {"type": "mention", "attrs": {"id": "alice", "label": "alice"}}
EMBED = {
    "type": "assetComponent",
    "attrs": {"id": PK, "assetType": "route", "viewMode": "preview",
              "displayConfig": {"actionId": PK}},
}  # fmt: skip
IMAGE = {"type": "image", "attrs": {"src": f"file:{PK}", "alt": "a [b] ](c"}}


def formula(latex, display=False):
    return {"type": "mathematics", "attrs": {"latex": latex, "displayMode": display}}


EVERY_NODE = {
    "headings": doc(node("heading", text("One"), level=1), node("heading", level=3)),
    "marks": doc(para(text("a "), text("b", BOLD), text("c", BOLD, ITALIC), text("d", ITALIC),
                      text("e", STRIKE), text(" f"), text("g", CODE, LINK), text("h", LINK))),
    "a mark inside a word": doc(para(text("H"), text("2", ITALIC), text("O"))),
    "a mark around spaces": doc(para(text("x"), text(" y ", BOLD), text("z"))),
    "lists": doc(
        node("bulletList", node("listItem", para(text("a")), node("bulletList", node(
            "listItem", para(text("b")))))),
        node("bulletList", node("listItem", para())),
        node("orderedList", node("listItem", para(text("c")), para(text("d"))), start=7),
        node("orderedList", node("listItem", node("codeBlock", text("x"), language=None)),
             start=1),
    ),
    "quote": doc(node("blockquote", para(text("a")), node("blockquote", para(text("b"))))),
    "callout": doc(node("callout", para(text("mind")), para(text("this")), kind="warning")),
    "a callout of a list": doc(
        node("callout", node("bulletList", node("listItem", para(text("a")))), kind="note")),
    "code": doc(node("codeBlock", text("```\n\n  x  \n"), language="python"),
                node("codeBlock", language=None)),
    "table": doc(node("table",
        node("tableRow", cell(text("a|b"), kind="tableHeader"), cell(kind="tableHeader")),
        node("tableRow", cell(text("c|d", CODE)), cell(text("e"), {"type": "hardBreak"},
             text("f", BOLD)))) ),
    "a table without a head": doc(node("table", node("tableRow", cell(text("a")), cell()))),
    "embed": doc(EMBED, para(text("after"))),
    "images": doc(IMAGE, para(text("in "), IMAGE)),
    "mention": doc(para(text("for "), MENTION, text("!"))),
    "mathematics": doc(para(formula("x^2 < y")), para(formula("\\frac{a}{b}", display=True)),
                       para(text("so "), formula("z_1"), text(" holds, "), formula("q", True))),
    "breaks": doc(para(text("a"), {"type": "hardBreak"}, text("b\nc")),
                  {"type": "horizontalRule"}, para()),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERY_NODE)
def test_every_node_comes_back(name):
    assert from_text(as_text(EVERY_NODE[name])) == EVERY_NODE[name]


LITERAL = [
    "# no heading", "1. no list", "- no list", "+ no", "> no quote", "---", "===", "a\n---",
    "a | b\n--- | ---", "*not* **this**", "_nor_ this_one", "`code`", "~~gone~~", "$5 and $6",
    "$$x$$", "\\(x\\)", "\\[x\\]", "[a](b)", "![a](b)", "[a]: https://x.example", "[^1]: no note",
    "<https://x.example>", "a<br>b", "&amp; &nbsp;", "@alice and {@bob} and @{carol}",
    "alice@example.org", "C:\\dir \\", "```", "~~~", "    four spaces", "two  \nspaces", " a ",
    "a\n\n\nb", "https://x.example/a_b*c*", "\u00a0", "tab\tbed", "[!NOTE]", "[x] done",
    "\u2003wide", "ends #", "|", "a[b](c]d", "!", "^[a](b)", "5 * 3 * 2", "x < y > z", "***", "__",
]  # fmt: skip


@pytest.mark.parametrize("words", LITERAL)
def test_words_that_look_like_markup_stay_words(words):
    for block in (para(text(words)), node("blockquote", para(text("x")), para(text(words)))):
        assert from_text(as_text(doc(block))) == doc(block)
    marked = doc(para(text("x"), text(words, BOLD), text("y")))
    assert from_text(as_text(marked)) == marked


def test_words_in_headings_and_cells_stay_words():
    for words in LITERAL:
        heading = doc(node("heading", text(words), level=2))
        table = doc(node("table", node("tableRow", cell(text(words), kind="tableHeader"))))
        assert from_text(as_text(heading)) == heading
        assert from_text(as_text(table)) == table


TEXTS = [
    "# A\n\nb *c* __d__ ~~e~~ `f` [g](dataset:" + PK + ")\n",
    "- [ ] to do\n- [x] done\n\n1) a\n2) b\n",
    "`{@alice}` and @bob, $a$ and \\(b\\)\n\n$$\nc\n$$\n",
    "> [!TIP]\n> read\n>\n> - this\n",
    "```assetComponent\n{\"id\": \"" + PK + "\", \"assetType\": \"file\"}\n```\n",
    "```assetComponent\nbroken\n```\n",
    "a[^n]\n\n[^n]: the note\n\n    goes on\n",
    "| a | b |\n|:--|--:|\n| `x\\|y` | c<br>d |\n",
    "![alone](file:" + PK + ")\n\nin ![line](asset:" + PK + ") of {asset:" + PK + "}\n",
    "[ref] and <https://x.example>\n\n[ref]: https://y.example \"title\"\n",
    "It is **{{action:" + PK + "#energy.total_ev}}** eV, {{action:" + PK + "#a_b*c}}.\n",
    "> [!WARNING]\n> mind {{action:" + PK + "#e}}\n>\n> ```mermaid\n> graph TD; A-->B\n> ```\n",
    '<svg viewBox="0 0 1 1"><title>a *b*</title>\n\n<path d="M0 0"/></svg>\n',
    "```svg\n<svg></svg>\n```\n\n```mermaid\npie\n```\n",
    "a[^n]\n\n[^n]: so \\(x\\), {{action:" + PK + "#e}} and\n\n    \\[y\\]\n",
    "| a | b |\n|---|---|\n| {{action:" + PK + "#e}} | $|x|$ |\n",
    '```assetComponent\n{"id": "' + PK + '", "assetType": "route", "viewMode": "preview", '
    '"displayConfig": {"actionId": "' + PK + '", "show": ["outputs"], "outputs": ["a"], '
    '"collapse": true, "caption": "A *b* | c"}}\n```\n',
    '```assetComponent\n{"id": "' + PK + '", "assetType": "dataset", "viewMode": "preview", '
    '"displayConfig": {"filters": "{\\"a\\": 1}", "visualizationId": "' + PK + '"}}\n```\n',
    "[run](action:" + PK + ") of {asset:" + PK + "}\n",
    "    indented\n\n* a\n\n  b\n* ***\n\nSetext\n---\n",
]  # fmt: skip


@pytest.mark.parametrize("source", TEXTS)
def test_markdown_looks_the_same_after_the_way_through_a_document(source):
    written = as_text(from_text(source))
    pages = [{**markdown.render(text).as_json(), "lines": None} for text in (written, source)]
    assert pages[0] == pages[1]  # but for the lines of the source where each block begins
    assert from_text(written) == from_text(source)


def test_a_link_without_words_names_its_asset_by_id():
    for kind, written in (("file", f"{{asset:{PK}}}"), ("action", f"[run](action:{PK})")):
        assert as_text(from_text(f"see []({kind}:{PK}).")) == f"see {written}.\n"
    assert as_text(from_text("see [](https://x.example).")) == "see .\n"


words = some.text(some.sampled_from("ab1 \n*_~`[]()!\\<>&#-+.=|:$@{}^é“\u00a0"), min_size=1)
marks = some.sets(some.sampled_from([0, 1, 2, 3, 4])).map(
    lambda chosen: [[CODE, BOLD, ITALIC, STRIKE, LINK][i] for i in sorted(chosen)]
)


@some.composite
def lines(draw):
    leaves: list[Any] = []
    for said, chosen in draw(some.lists(some.tuples(words, marks), max_size=4)):
        if CODE in chosen:
            said = said.replace("\n", " ").replace("@", "a").replace("]:", "]")
        leaf = text(said, *chosen)
        if leaves and leaves[-1].get("marks") == leaf.get("marks"):
            leaves[-1]["text"] += leaf["text"]
        else:
            leaves.append(leaf)
    return leaves


blocks = some.recursive(
    lines().map(lambda line: para(*line)),
    lambda inner: some.lists(inner, min_size=1, max_size=3).flatmap(
        lambda content: some.sampled_from([
            node("blockquote", *content),
            node("callout", *content, kind="tip"),
            node("bulletList", node("listItem", *content), node("listItem", *content)),
            node("orderedList", node("listItem", *content), start=3),
        ])
    ),
    max_leaves=6,
)  # fmt: skip


@example([para(text("\\[", LINK))])
@example([para(text("["), text("\\](", CODE))])
@example([para(text("1"), text("1", BOLD), text("1", BOLD, ITALIC))])
@example([para(text("a"), MENTION, MENTION, text("b", CODE), MENTION, text("c"))])
@example([para(text("a", BOLD), MENTION | {"marks": [ITALIC]}, text("b", CODE, ITALIC))])
@given(some.lists(blocks, max_size=3))
def test_any_document_comes_back(content):
    document = doc(*content)
    assert from_text(as_text(document)) == document


@example("\\ \n1")
@example("[1]()")
@example("@1`1`")
@given(some.text(some.sampled_from("ab \n*_~`[]()!\\<>&#-+1.=|:$@{}^"), max_size=60))
def test_any_text_is_stable_as_a_document(source):
    document = from_text(source)
    assert from_text(as_text(document)) == document


def test_cells_over_several_places_keep_what_is_right_of_and_below_them():
    wide = node("tableCell", para(text("a")), para(text("b")), colspan=2, rowspan=2)
    rows = (node("tableRow", wide, cell(text("c"))), node("tableRow", cell(text("d"))))
    assert as_text(doc(node("table", *rows))) == (
        "|  |  |  |\n| --- | --- | --- |\n| a<br><br>b |  | c |\n|  |  | d |\n"
    )


def test_links_nobody_may_follow_are_only_words():
    bad = {"type": "link", "attrs": {"href": "javascript:alert(1)"}}
    assert as_text(doc(para(text("a", bad)))) == "a\n"


def test_what_is_no_document_gives_nothing():
    oddities: list[Any] = [None, 7, [], {}, {"content": "x"}, {"content": [1, None, "x"]}]
    assert {as_text(odd) for odd in oddities} == {"\n"}


def test_odd_attributes_do_no_harm():
    odd = doc(
        {"type": "heading", "attrs": {"level": "x"}, "content": [text("a")]},
        {"type": "orderedList", "attrs": {"start": 10**30}, "content": [para(text("b"))]},
        {"type": "text", "text": "c", "marks": [7, {"type": "link", "attrs": None}]},
        {"type": "widget", "content": [para(text("d"))]},
        {"type": "assetComponent", "attrs": 3},
        {"type": "image"},
    )
    written = as_text(odd)
    assert written.startswith("# a\n\n999999998. b\n\nc\n\nd\n")
    as_text(from_text(written))


def test_depth_is_bounded_and_words_are_kept_as_deep_as_pages_show_them():
    deep = para(text("x"))
    for _ in range(40):
        deep = node("blockquote", deep)
    assert as_text(doc(deep)) == "> " * 17 + "x\n"
    for _ in range(900):
        deep = node("blockquote", deep)
    assert as_text(doc(deep)).strip("> \n") == ""


def test_long_texts_are_read_in_a_process_that_ends():
    for long in ("a\n\n" * 4000, "![" * 30_000):
        first = from_text(long)["content"][0]
        assert first == para(text("a")) or long in first["content"][0]["text"]
    with pytest.raises(ValidationError):
        from_text("x" * 200_001)
