"""Runs Django's ordinary synchronous chain in a few threads that keep their database connections.

Django's own ASGI handler makes threads and a connection for every request and crosses between
them and the loop five times; a burst of requests then means as many writers for SQLite."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import Any, Protocol

from django import db
from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_resolver
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

# More of them only wait for one another: Python runs one at a time, SQLite lets one write.
THREADS = 6


class Later(Protocol):
    """What a response may carry as its `later`: it is right as it is, and better after a wait that
    needs no thread."""

    async def wait(self) -> bool:
        """On the server's loop; says whether there is something better now."""

    def finish(self, response: HttpResponseBase) -> None:
        """In a thread again: put it in."""


class ProgramHandler(BaseHandler):
    """Answers programs without what only pages need around them, a sixth of the time of a small
    answer."""

    def __init__(self) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        chain = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]
        for name in reversed(settings.PROGRAM_MIDDLEWARE):
            chain = convert_exception_to_response(import_string(name)(chain))
        self._middleware_chain = chain


class PageHandler(ASGIHandler):
    def __init__(self) -> None:
        super().__init__()
        self.load_middleware(is_async=False)
        self.programs = ProgramHandler()
        get_resolver().url_patterns  # noqa: B018 (loads all pages now, not at the first visit)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")
        # They look after the connections of the thread they run in, which would not be a page's.
        for receiver in (db.reset_queries, db.close_old_connections):
            signals.request_started.disconnect(receiver)
        signals.request_finished.disconnect(db.close_old_connections)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """As Django's, without its context for threads."""
        await self.handle(scope, receive, send)

    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        working = self._in_thread(_answer, self, request)
        try:
            response: HttpResponseBase = await asyncio.shield(working)
        except asyncio.CancelledError:
            # The browser has gone; the page still reads the body, which is closed after this.
            with suppress(Exception):
                (await working).close()
            raise
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if later := getattr(response, "later", None):
            await self._improve(response, later)
        return response

    async def _improve(self, response: HttpResponseBase, later: Later) -> None:
        try:
            if await later.wait():
                await self._in_thread(_finish, later, response)
        except asyncio.CancelledError:
            # The server stops, and the answer is right as it is. (Or the caller has gone.)
            if task := asyncio.current_task():
                task.uncancel()
        except Exception:
            logger.exception("An answer could not be completed; it goes out as it was")

    def _in_thread(self, function: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, copy_context().run, function, *args)


def _answer(handler: PageHandler, request: HttpRequest) -> HttpResponseBase:
    db.close_old_connections()
    path = request.path
    is_program = path.startswith("/api/") and path != "/api/docs"
    response = (handler.programs if is_program else handler).get_response(request)
    response._handler_class = type(handler)  # type: ignore[attr-defined]  # as Django's own does
    return response


def _finish(later: Later, response: HttpResponseBase) -> None:
    db.close_old_connections()
    later.finish(response)
