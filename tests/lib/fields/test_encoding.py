"""The request a document makes, by place and style."""

from decimal import Decimal
from typing import Any

import pytest

from ouro_web.lib.fields import encode


def parameter(place: str, **told: Any) -> dict[str, Any]:
    return {"path": "/x/{v}", "parameters": [{"name": "v", "in": place, **told}]}


@pytest.mark.parametrize(
    ("told", "value", "query"),
    [
        ({}, "a b&c", "v=a%20b%26c"),
        ({}, [1, 2], "v=1&v=2"),
        ({}, True, "v=true"),
        ({"explode": False}, [1, "a,b"], "v=1,a%2Cb"),
        ({"style": "spaceDelimited", "explode": False}, ["a", "b"], "v=a%20b"),
        ({"style": "pipeDelimited", "explode": False}, ["a", "b"], "v=a%7Cb"),
        ({}, {"a": 1, "b": "x"}, "a=1&b=x"),
        ({"explode": False}, {"a": 1, "b": "x"}, "v=a,1,b,x"),
        ({"style": "deepObject"}, {"a": {"b": 1}, "c": [2, 3]}, "v[a][b]=1&v[c]=2&v[c]=3"),
        ({"content_type": "application/json"}, {"a": [1]}, "v=%7B%22a%22%3A%20%5B1%5D%7D"),
        ({"style": "pipeDelimited", "explode": False}, {"a": 1, "b": 2}, "v=a%7C1%7Cb%7C2"),
        ({"content_type": "text/plain"}, "a b", "v=a%20b"),
        ({"content_type": "application/json", "whole": True}, {"a": 1}, "%7B%22a%22%3A%201%7D"),
        ({}, {"a": [1, 2]}, "a=1&a=2"),
        ({}, Decimal("0.12345678901234567890"), "v=0.12345678901234567890"),
    ],
)
def test_query_styles(told, value, query):
    assert encode(parameter("query", **told), {"query": {"v": value}}).query == query


@pytest.mark.parametrize(
    ("told", "value", "path"),
    [
        ({}, "a/b?c", "/x/a%2Fb%3Fc"),
        ({}, "..", "/x/%2E%2E"),
        ({}, [1, 2], "/x/1,2"),
        ({"style": "label"}, [1, 2], "/x/.1,2"),
        ({"style": "matrix"}, 5, "/x/;v=5"),
        ({"style": "matrix", "explode": True}, [1, 2], "/x/;v=1;v=2"),
        ({"explode": True}, {"a": 1}, "/x/a=1"),
    ],
)
def test_path_styles_and_no_way_out_of_the_path(told, value, path):
    assert encode(parameter("path", **told), {"path": {"v": value}}).path == path


def test_a_header_value_stays_on_its_line():
    made = encode(parameter("header"), {"headers": {"v": "a\r\nInjected: b"}})

    assert made.headers == {"v": "a  Injected: b"}


def test_cookies_are_one_header():
    made = encode(parameter("cookie"), {"cookies": {"v": "a;b"}})

    assert made.headers == {"Cookie": "v=a%3Bb"}


def body(content_type: str, value: Any, **told: Any) -> Any:
    operation = {"path": "/", "bodies": [{"content_type": content_type, "schema": {}, **told}]}
    return encode(operation, {"body": value, "content_type": content_type})


def test_a_json_body_keeps_its_digits():
    made = body("application/json", {"a": 10**30, "b": Decimal("1.10000000000000000001")})

    assert made.body_bytes == (
        b'{"a": 1000000000000000000000000000000, "b": 1.10000000000000000001}'
    )


def test_a_form_body_sends_lists_repeated_and_objects_as_told():
    value = {"a": [1, 2], "o": {"k": 1}}

    plain = body("application/x-www-form-urlencoded", value)
    deep = body("application/x-www-form-urlencoded", value, encoding={"o": {"style": "deepObject"}})

    assert plain.body_bytes == b"a=1&a=2&o=%7B%22k%22%3A%201%7D"
    assert deep.body_bytes == b"a=1&a=2&o%5Bk%5D=1"


def test_a_multipart_body_has_a_part_for_each_value():
    made = body("multipart/form-data", {"a": "x\ny", 'q"': {"k": 1}})
    boundary = made.content_type.partition("boundary=")[2]

    assert made.body_bytes is not None
    assert made.body_bytes.count(boundary.encode()) == 3
    assert b'name="q%22"\r\nContent-Type: application/json\r\n\r\n{"k": 1}' in made.body_bytes


def test_parts_lines_and_texts_are_written_as_their_type_says():
    part = body("multipart/form-data", {"s": "q"}, encoding={"s": {"contentType": "text/json"}})
    lines = body("application/x-ndjson", [{"a": 1}, 2])

    assert part.body_bytes is not None
    assert b'text/json\r\n\r\n"q"\r\n' in part.body_bytes
    assert (lines.content_type, lines.body_bytes) == ("application/x-ndjson", b'{"a": 1}\n2\n')
    assert body("text/plain", 5).content_type == "text/plain"
    assert body("application/x-www-form-urlencoded; charset=utf-8", {"a": 1}).body_bytes == b"a=1"


def test_a_cookie_of_its_own_style_is_not_escaped():
    made = encode(parameter("cookie", style="cookie"), {"cookies": {"v": "a=b;c"}})

    assert made.headers == {"Cookie": "v=a=b%3Bc"}


def test_text_goes_as_it_is_and_no_body_is_no_body():
    assert body("text/plain", "Ω\n").body_bytes == "Ω\n".encode()
    assert encode({"path": "/"}, {}).body_bytes is None
