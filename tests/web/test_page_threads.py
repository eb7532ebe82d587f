"""The handler as a server calls it."""

import asyncio
import threading

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from ouro_web.web.page_threads import PageHandler

SEEN: list[str] = []


def page(request):
    SEEN.append(threading.current_thread().name)
    return HttpResponse(request.body, headers={"X-Method": request.method})


def broken(_request):
    raise ValueError("as intended")


urlpatterns = [path("page", page), path("broken", broken)]


@pytest.fixture
def ask():
    """Asks the handler for a path; answers status, headers and body."""
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        handler = PageHandler()

        async def call(address, body, *, gone):
            sent = []
            parts = [{"type": "http.request", "body": body}]
            forever = asyncio.Event()

            async def receive():
                if parts:
                    return parts.pop(0)
                if gone:
                    return {"type": "http.disconnect"}
                await forever.wait()
                return {}

            async def send(message):
                sent.append(message)

            scope = {
                "type": "http",
                "method": "POST",
                "path": address,
                "headers": [(b"host", b"127.0.0.1")],
                "query_string": b"",
            }
            await handler(scope, receive, send)
            return sent

        yield lambda address, body=b"", gone=False: asyncio.run(call(address, body, gone=gone))


def test_a_page_is_made_in_one_of_its_threads(ask):
    SEEN.clear()
    start, *parts = ask("/page", b"hello")
    assert start["status"] == 200
    assert b"".join(part.get("body", b"") for part in parts) == b"hello"
    assert SEEN[0].startswith("pages")


def test_what_a_browser_asked_for_before_it_left_is_still_done(ask):
    SEEN.clear()
    ask("/page", b"hello", gone=True)
    assert len(SEEN) == 1


def test_a_page_that_breaks_is_answered_with_500(ask):
    assert ask("/broken")[0]["status"] == 500
