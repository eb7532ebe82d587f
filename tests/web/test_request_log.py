import asyncio
import logging
from contextlib import suppress

import pytest

from ouro_web.web.request_log import with_log


def record(
    caplog, *, gone=False, path="/routes", status=200, method="GET", headers=(), fails=False
):
    async def application(_scope, _receive, send):
        if fails:
            raise ValueError("as intended")
        if not gone:
            await send({"type": "http.response.start", "status": status})

    async def receive():
        return {}

    async def send(_message):
        pass

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"signature=secret",
        "headers": list(headers),
    }
    caplog.set_level(logging.DEBUG, logger="ouro_web.web.request_log")
    logging.getLogger("ouro_web").addHandler(caplog.handler)
    try:
        with suppress(ValueError):
            asyncio.run(with_log(application)(scope, receive, send))
    finally:
        logging.getLogger("ouro_web").removeHandler(caplog.handler)
    return next(entry for entry in caplog.records if entry.name.endswith("request_log"))


def test_a_request_has_a_line_with_method_path_status_and_time(caplog):
    made = record(caplog, status=404)
    assert made.getMessage() == "GET /routes 404"
    assert made.levelno == logging.INFO
    assert made.ms >= 0


def test_the_query_is_not_in_it(caplog):
    assert "secret" not in record(caplog).getMessage()


@pytest.mark.parametrize("path", ["/static/app.js", "/healthz", "/api/actions/1/log"])
def test_what_says_little_is_for_debugging(caplog, path):
    assert record(caplog, path=path).levelno == logging.DEBUG


def test_a_poll_is_for_debugging(caplog):
    assert record(caplog, headers=[(b"hx-request", b"true")]).levelno == logging.DEBUG


def test_a_browser_that_left_is_no_error(caplog):
    made = record(caplog, gone=True)
    assert made.getMessage() == "GET /routes 499"
    assert made.levelno == logging.INFO


def test_a_failure_is_an_error(caplog):
    assert record(caplog, status=500).levelno == logging.ERROR


def test_an_application_that_raises_is_an_error(caplog):
    assert record(caplog, fails=True).levelno == logging.ERROR
