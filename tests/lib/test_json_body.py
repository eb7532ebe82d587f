import pytest

from ouro_web.lib.json_body import JsonError, parse, parse_object


def test_values_are_read_as_they_are():
    assert parse(b'{"a": [1, 2.5, "x", null, true]}') == {"a": [1, 2.5, "x", None, True]}
    assert parse_object(b'{"a": 1}') == {"a": 1}


def test_what_no_database_can_hold_is_replaced():
    assert parse(b'{"a\\u0000": ["\\u0000"]}') == {"a\ufffd": ["\ufffd"]}
    assert parse(b'{"a": NaN, "b": -Infinity}') == {"a": None, "b": None}


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b'"\\ud800"',
        b"\xff",
        b"[" * 2000,
        b"nan",
        b'{"a": NaN, "b": "\\ud800"}',
        b"\xff\xfe{}",
    ],
)
def test_what_is_no_json_is_refused_in_words(raw):
    with pytest.raises(JsonError, match=r"\.$"):
        parse(raw)


def test_deep_nesting_is_refused():
    with pytest.raises(JsonError, match="nested more than"):
        parse(b"[" * 150 + b"]" * 150)
    assert parse(b"[" * 99 + b"]" * 99)


@pytest.mark.parametrize("raw", [b"", b"  ", b"[]", b"1", b'"x"', b"null"])
def test_a_program_must_send_an_object(raw):
    with pytest.raises(JsonError):
        parse_object(raw)
