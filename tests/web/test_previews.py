"""The first words of a post, where it is shown in another."""

import pytest

from ouro_web.lib.markdown import render
from ouro_web.web.previews import EXCERPT, excerpt

SUMMARY = "The cell is **relaxed**.\n\n## Before and after\n\n| a | b |\n|-|-|\n| 1 | 2 |\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SUMMARY, "The cell is relaxed."),
        (f"# Relaxation\n\n{SUMMARY}", "The cell is relaxed."),
        ("One.\n\nTwo.", "One. Two."),
        ("The energy $E$ falls.", "The energy"),
        ("- one\n- two", "one two"),
        ("# Only a heading", "Only a heading"),
        ("", ""),
    ],
)
def test_an_excerpt_is_the_first_paragraphs_as_words(text, told):
    assert excerpt(render(text)).replace("Link to this part", "").strip() == told


def test_a_long_excerpt_is_cut_at_a_word():
    assert len(excerpt(render("word " * 500))) <= EXCERPT + 2
