import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from ouro_web.web.compression import CompressionMiddleware

LONG = "We relaxed the cell. " * 50


def answered(response, accept="gzip, br"):
    request = RequestFactory().get("/", headers={"Accept-Encoding": accept})
    return CompressionMiddleware(lambda _: response)(request)


def test_a_whole_answer_is_packed():
    found = answered(HttpResponse(LONG, headers={"ETag": '"one"'}))
    assert gzip.decompress(found.content).decode() == LONG
    assert int(found["Content-Length"]) == len(found.content) < len(LONG)
    assert found["Content-Encoding"] == "gzip"
    assert found["Vary"] == "Accept-Encoding"
    assert found["ETag"] == 'W/"one"'


def test_an_answer_that_streams_is_packed():
    found = answered(StreamingHttpResponse([LONG]))
    assert gzip.decompress(b"".join(found)).decode() == LONG


@pytest.mark.parametrize(
    ("response", "accept"),
    [
        (HttpResponse(LONG), "br"),
        (HttpResponse(LONG), ""),
        (HttpResponse("short"), "gzip"),
        (HttpResponse(LONG, headers={"Content-Encoding": "br"}), "gzip"),
    ],
)
def test_an_answer_stays_as_it_is(response, accept):
    before = response.content
    found = answered(response, accept)
    assert found.content == before
    assert found.get("Content-Encoding") != "gzip"


def test_the_length_of_an_answer_tells_nothing_of_what_is_in_it():
    assert len({len(answered(HttpResponse(LONG)).content) for _ in range(40)}) > 5
