"""Runs started by the page or by the operation itself, and followed to their end by their rows."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
from django.db.models import Max

from bench.rows import Person
from ouro_web.accounts.models import User
from ouro_web.actions import run
from ouro_web.actions.call import Call
from ouro_web.actions.models import FINAL, LIVE, Action, Status
from ouro_web.services.models import Route

PATIENCE = 240
POLL = 0.01


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, math.ceil(share * len(values)) - 1)]


class Form(HTMLParser):
    """What the controls of a page's forms hold."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value")
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in found:
            self.fields.append((self._select, value or ""))
        elif tag == "input" and name and _is_posted(found):
            self.fields.append((name, "on" if value is None else value))
        elif tag == "textarea" and name:
            self.fields.append((name, ""))


def _is_posted(found: dict[str, str | None]) -> bool:
    kind = found.get("type") or "text"
    if kind in {"checkbox", "radio"}:
        return "checked" in found
    return kind not in {"submit", "button", "file", "search", "reset"}


@dataclass(frozen=True)
class Batch:
    """Seconds each run took, from the click to its last write, and all of them together."""

    each: list[float]
    total: float
    succeeded: int
    starting: float = 0.0


class Visitor:
    """Somebody who is not signed in."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session

    async def get(self, path: str) -> str:
        async with self._session.get(self._url + path) as answer:
            answer.raise_for_status()
            return await answer.text()


class Client:
    """A signed-in client of the site."""

    def __init__(self, url: str, person: Person, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in person.cookies.items()),
            "X-CSRFToken": person.csrf_token,
        }
        self._session = session

    async def get(self, path: str) -> str:
        """As a browser asks, which says of a part of a page that htmx wants it."""
        headers = self._headers | ({"HX-Request": "true"} if "part=" in path else {})
        async with self._session.get(self._url + path, headers=headers) as answer:
            answer.raise_for_status()
            return await answer.text()

    async def post(self, path: str, fields: dict[str, str]) -> None:
        url = self._url + path
        async with self._session.post(url, data=fields, headers=self._headers) as answer:
            answer.raise_for_status()
            await answer.read()

    async def open(self, route: Route) -> list[tuple[str, str]]:
        """The form of a route as a browser would post it back untouched."""
        form = Form()
        form.feed(await self.get(route.get_absolute_url()))
        return form.fields

    async def run(self, route: Route, fields: list[tuple[str, str]]) -> str:
        """Press Run; the id of the run it leads to."""
        async with self._session.post(
            f"{self._url}{route.get_absolute_url()}",
            data=fields,
            headers=self._headers,
            allow_redirects=False,
        ) as answer:
            if answer.status not in {302, 303}:
                raise SystemExit(f"Run answered {answer.status}: {await answer.text()}"[:2000])
            return urlsplit(answer.headers["Location"]).path.rsplit("/", 1)[1]


class Watch:
    """One look at the table for everybody who waits."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[tuple[float, bool]]] = {}

    def wait_for(self, action_id: str) -> Awaitable[tuple[float, bool]]:
        future = asyncio.get_running_loop().create_future()
        self._waiting[action_id] = future
        return future

    async def look(self) -> None:
        while True:
            await asyncio.sleep(POLL)
            for pk, status, finished_at in await asyncio.to_thread(_ended, list(self._waiting)):
                future = self._waiting.pop(str(pk), None)
                if future is not None and finished_at is not None:
                    future.set_result((finished_at.timestamp(), status == Status.SUCCESS))


def _ended(ids: list[str]) -> list[tuple[UUID, str, datetime | None]]:
    rows = Action.objects.filter(pk__in=ids[:500], status__in=FINAL)
    return list(rows.values_list("pk", "status", "finished_at"))


async def clients(number: int, runs_each: int, start: Callable[[], Awaitable[str]]) -> Batch:
    """`number` clients, each with one run after the other."""
    watch = Watch()
    each: list[float] = []
    outcomes: list[bool] = []

    async def client() -> None:
        for _ in range(runs_each):
            clicked = time.time()
            finished, succeeded = await watch.wait_for(await start())
            each.append(finished - clicked)
            outcomes.append(succeeded)

    began = time.perf_counter()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        looking = group.create_task(watch.look())
        await asyncio.gather(*(client() for _ in range(number)))
        looking.cancel()
    return Batch(each, time.perf_counter() - began, sum(outcomes))


def started(route: Route, person: User, number: int) -> Batch:
    """As many runs as fast as this process starts them, beside the site; then only now and then a
    look at them. The route is used for nothing else."""
    call = Call(body={"steps": 10}, has_body=True, content_type="application/json")
    began = time.time()
    for _ in range(number):
        run.start(route, person, call)
    starting = time.time() - began
    found = Action.objects.filter(route=route)
    while found.filter(status__in=LIVE).exists() and time.time() < began + PATIENCE:
        time.sleep(0.1)
    last = found.aggregate(last=Max("finished_at"))["last"]
    good = found.filter(status=Status.SUCCESS).count()
    return Batch([], last.timestamp() - began, good, starting)
