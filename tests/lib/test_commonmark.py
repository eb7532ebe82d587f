"""Every example of the CommonMark specification, against what we make of it, and what GitHub's
markdown adds."""

import re
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from ouro_web.lib.markdown import render

SPEC = Path(__file__).parent.parent / "vendor" / "commonmark-0.31.2.spec.txt"
EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", re.DOTALL | re.MULTILINE)
# Where extended markdown means something else by the same characters, or refuses an address.
OURS = {
    12: "backslash and bracket begin a formula",
    500: "what looks like an unknown scheme is no address",
    517: "an image within a link is its words",
    531: "an image within a link is its words",
    581: "an image without words shows its address",
    596: "unknown scheme",
    598: "unknown scheme",
    599: "unknown scheme",
    601: "unknown scheme",
    602: "a bare address is a link, as GFM has it",
    606: "an address of mail is a link, as GFM has it",
    608: "a bare address is a link, as GFM has it",
    611: "a bare address is a link, as GFM has it",
    612: "an address of mail is a link, as GFM has it",
}
_ADDED = (
    (r' ?<a class="anchor".*?</a>', ""),
    (r'(<h\d) id="[^"]*"', r"\1"),
    (r' rel="noopener noreferrer nofollow ugc"', ""),
    (r'<figure class="code[^"]*">(?:<figcaption>.*?</figcaption>)?(.*?)</figure>', r"\1"),
    (r'<span class="hl-[^"]*">|</span>', ""),
)


def examples() -> list[tuple[str, str]]:
    found = EXAMPLE.findall(SPEC.read_text().replace("→", "\t"))
    assert len(found) == 652
    return found


def ours(text: str) -> str:
    made = "".join(str(part) for part in render(text).parts)
    for pattern, instead in _ADDED:
        made = re.sub(pattern, instead, made, flags=re.DOTALL)
    return plain(made)


def plain(html: str) -> str:
    """Without what browsers take for the same, and without what we do not keep."""
    html = re.sub(r' class="language-[^"]*"', "", html).replace(" />", ">")
    html = re.sub(r'<img src="([^"]*)" alt="([^"]*)"[^>]*>', r'<a href="\1">\2</a>', html)
    html = re.sub(r'(<a href="[^"]*") title="[^"]*"', r"\1", html)
    return unescape(
        re.sub(r"[ \n]*(</?(?:p|li|ul|ol|blockquote|pre|h\d|hr)\b[^>]*>)[ \n]*", r"\1", html)
    )


def test_standard_markdown_is_read_as_its_specification_says():
    """Markup of one's own is text here, so those examples are compared with a parser that has it
    switched off, and reads everything else by the book."""
    without_markup = MarkdownIt("commonmark", {"html": False})
    without_markup.disable(["html_block", "html_inline"])
    odd, through_markup = [], 0
    for number, (text, expected) in enumerate(examples(), start=1):
        made = ours(text)
        if made == plain(expected):
            assert number not in OURS, number
        elif made == plain(without_markup.render(text)):
            assert "<" in text, number
            through_markup += 1
        else:
            odd.append(number)
    assert odd == list(OURS)
    assert through_markup < 80


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("~~two~~ ~one~", "<s>two</s> <s>one</s>"),
        ("a ~~~three~~~", "a ~~~three~~~"),
        ("x ~~over\n\ntwo~~", "x ~~over</p>\n<p>two~~"),
        ("[x] a", "[x] a"),
    ],
)
def test_tildes_and_brackets_are_read_as_on_github(text, made):
    assert ours(text) == plain(f"<p>{made}</p>\n")


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See www.a.example/help. Or (www.b.example/x_(y)).", ["www.a.example/help",
                                                               "www.b.example/x_(y)"]),
        ("*www.a.example* xwww.b.example", ["www.a.example"]),
        ("http://a.example/~b/c~d and http://a.example/e~f", ["http://a.example/~b/c~d",
                                                              "http://a.example/e~f"]),
        ("http://a.example/b_c_d*e*f$g$h@i", ["http://a.example/b_c_d*e*f$g$h@i"]),
        ("**https://a.example/b**, [http://a.example]", ["https://a.example/b",
                                                         "http://a.example"]),
        ("http://a.example/b?c&d; e", ["http://a.example/b?c"]),
        ("HTTP://localhost:8000/b<c", ["HTTP://localhost:8000/b"]),
        ("http://a_b.c_d.example.org http://www.a_b.org", ["http://a_b.c_d.example.org"]),
        ("http:// http://_ xhttp://a.example ftp://a.example http://a.b|c", []),
        ("a.b-c_d+e@f.example, mailto:g@h.example.", ["a.b-c_d+e@f.example",
                                                      "mailto:g@h.example"]),
        ("a@b a@b.c- a@b.c_ `a@b.c` a@b+c.d", []),
    ],
)  # fmt: skip
def test_bare_addresses_are_links_as_on_github(text, links):
    assert re.findall(r"<a [^>]*>(.*?)</a>", ours(text)) == links


def test_a_bare_address_may_hold_escaped_signs_and_entities():
    address = "http://a.example/b_c*?d=1&amp;e=2"
    made = ours(r"http://a.example/b\_c\*?d=1&amp;e=2 f")
    assert made == plain(f'<p><a href="{address}">{address}</a> f</p>\n')


def test_a_bare_address_within_a_link_is_its_words():
    assert ours("[see http://a.example/b](/c)") == plain(
        '<p><a href="/c">see http://a.example/b</a></p>\n'
    )
