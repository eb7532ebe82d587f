"""Bytes to a plain JSON value, whatever somebody uploads."""

import json

import pytest

from ouro_web.services.openapi import MAX_BYTES, DocumentError
from ouro_web.services.openapi.parsing import parse

ALIAS_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


def test_yaml_is_read_as_json_would_be() -> None:
    read = parse(b"no: no\n200: 012\nday: 2020-01-01\ntime: 1:30\nx: 1.5e3\ny: ~\nz: 'true'\n")
    assert read == {
        "no": "no",
        "200": "012",
        "day": "2020-01-01",
        "time": "1:30",
        "x": 1500.0,
        "y": None,
        "z": "true",
    }


def test_json_and_yaml_of_the_same_document_are_the_same() -> None:
    value = {"a": [1, 2.5, None, True], "b": {"c": "text: # not a comment"}}
    assert parse(json.dumps(value).encode()) == value
    assert parse(b"a: [1, 2.5, null, true]\nb:\n  c: 'text: # not a comment'\n") == value


def test_anchors_and_merge_keys_are_unfolded() -> None:
    text = b"base: &base {x: 1, y: 2}\nuse:\n  <<: *base\n  y: 3\nagain: *base\n"
    assert parse(text)["use"] == {"x": 1, "y": 3}
    assert parse(text)["again"] == {"x": 1, "y": 2}


def test_byte_order_marks_are_understood() -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        assert parse('{"a": "é"}'.encode(encoding)) == {"a": "é"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("<!doctype html>", "web page"),
        ("[1]", "this is a list"),
        ("just words", "a single text"),
        ('{"a" 1}', "line 1, column"),
        ("a: [1", "cannot be read"),
        ("a: @b", "line 1, column 4"),
        ('{"a": 1, "a": 2}', "“a” stands twice"),
        ("a: 1\na: 2", "“a” stands twice"),
        ('{"a": NaN}', "NaN is not a number"),
        ("a: .nan", "not a number"),
        ('{"a": 1e999}', "too large"),
        ("a: 1e999", "too large"),
        ('{"a": ' + "9" * 5000 + "}", "too long"),
        ("? [a]\n: 2", "keys must be texts"),
        ("a: 1\n---\nb: 2", "several YAML documents"),
        ("a: &a [*a]", "inside its own value"),
        ("a: *b", "*b in line 1"),
        (ALIAS_BOMB, "unfolds to more than"),
        ("a: " + "[" * 500, "deeper than 100"),
        ("- " * 5000 + "a", "deeper than 100"),
        ('{"a":' * 300 + "1" + "}" * 300, "deeper than 100"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "deeper than 100"),
        ('{"a": "\\u0000"}', "cannot be stored"),
        ('{"a": "\\ud800"}', "cannot be stored"),
    ],
)
def test_what_is_no_document_is_refused_in_plain_words(text: str, says: str) -> None:
    with pytest.raises(DocumentError, match=says.replace("*", r"\*")):
        parse(text.encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(DocumentError, match="UTF-8"):
        parse(b"\xff\xd8\xff\xe0")


def test_a_document_above_the_limit_is_refused_unread() -> None:
    with pytest.raises(DocumentError, match="at most 20 MB"):
        parse(b" " * (MAX_BYTES + 1))
