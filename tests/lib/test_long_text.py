"""Whole files inside JSON, in constant memory."""

import base64
import io
import json

import pytest

from ouro_web.lib.json_body import JsonError
from ouro_web.lib.long_text import take

CONTENT = bytes(range(256)) * 40


def taken(raw, size=7, largest_rest=10_000):
    target = io.BytesIO()
    pieces = (raw[at : at + size] for at in range(0, len(raw), size))
    rest = take(pieces, "content", target, largest_rest=largest_rest)
    return json.loads(rest), target.getvalue()


@pytest.mark.parametrize("size", [1, 2, 7, 64, 100_000])
def test_the_text_is_decoded_and_the_rest_is_kept(size):
    given = {
        "a": 'quoted " and \\ {', "content": base64.b64encode(CONTENT).decode(),
        "deep": {"content": "not this", "list": ["content", 1]}, "last": None,
    }  # fmt: skip
    rest, content = taken(json.dumps(given).encode(), size)
    assert content == CONTENT
    assert rest == {**given, "content": ""}


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_line_ends_escaped_slashes_and_missing_padding_are_no_harm(size):
    raw = rb'{ "content" : "\/\/8\n=", "b": 1}'
    assert taken(raw, size) == ({"content": "", "b": 1}, b"\xff\xff")
    assert taken(b'{"content":"aGk"}', size)[1] == b"hi"


@pytest.mark.parametrize(
    "raw", [b'{"content":"a', b'{"content":"a"}', b'{"content":"\xff\xff\xff\xff"}', b'{"a":"b']
)
def test_what_is_no_base64_or_does_not_end_is_refused(raw):
    with pytest.raises(JsonError):
        taken(raw)


def test_the_rest_has_a_limit():
    with pytest.raises(JsonError):
        taken(b'{"a": "' + b"x" * 20_000 + b'"}')
    with pytest.raises(JsonError):
        taken(b"[" * 20_000)


def test_a_text_of_another_kind_is_left_where_it_is():
    assert taken(b'{"content": null, "x": ["content", "aGk="]}') == (
        {"content": None, "x": ["content", "aGk="]}, b"",
    )  # fmt: skip
