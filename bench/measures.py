"""The measurements, one function each."""

import asyncio
import time
from dataclasses import dataclass

import aiohttp

from bench import api, datasette, forms, load, page, processes, rows, search, tables, writing
from bench.figures import AT_ONCE, CLIENTS, ONE_BY_ONE, PAGES, RUNS_EACH, SAVES, Figure, say
from bench.site import Site
from ouro_web.accounts import keys
from ouro_web.assets import blobs
from ouro_web.datasets.models import Dataset
from ouro_web.posts.models import Post
from ouro_web.services.models import Route


@dataclass(frozen=True)
class Bench:
    place: Site
    person: rows.Person
    quick: Route
    slow: Route

    def session(self) -> aiohttp.ClientSession:
        # A connection each: one that was idle may be closed just when it is used again.
        connector = aiohttp.TCPConnector(limit=200, force_close=True)
        return aiohttp.ClientSession(connector=connector)

    def client(self, session: aiohttp.ClientSession) -> load.Client:
        return load.Client(self.place.url, self.person, session)


def take(place: Site) -> None:
    memory_at_rest(place)
    person = rows.person()
    quick, slow = rows.routes(person.user, place.upstream)
    bench = Bench(place, person, quick, slow)
    first_visit(bench)
    run_forms(bench)
    asyncio.run(one_by_one(bench))
    asyncio.run(posted(bench))
    asyncio.run(programs(bench, keys.issue(person.user, name="bench")[1]))
    asyncio.run(many_clients(bench))
    all_at_once(bench)
    asyncio.run(history_page(bench))
    asyncio.run(long_post(bench, writing.post(person.user)))
    asyncio.run(deep_page(bench, million_rows(bench)))
    search.fill(person.user)
    asyncio.run(searches(bench))


def memory_at_rest(place: Site) -> None:
    time.sleep(3)  # let it come to rest
    found = processes.megabytes(processes.family(place.pid))
    say(Figure("at rest: supervisor, web and worker", found, "MB", 200))


def first_visit(bench: Bench) -> None:
    found = page.cold(bench.place.url + bench.quick.get_absolute_url(), bench.person)
    say(
        Figure("route page, first visit: on the wire", found.kilobytes, "kB", 60),
        Figure("route page, first visit: asked for", found.requests, "requests", 8),
        Figure("route page, first visit: fonts besides", found.font_kilobytes, "kB"),
    )


def run_forms(bench: Bench) -> None:
    """CPU of the pages of other people's operations, where their documents are at hand."""
    routes = forms.imported(bench.person, bench.place.upstream)
    if not routes:
        return
    host = bench.place.url.partition("://")[2]
    found = forms.seconds_of_each(routes, bench.person, host)
    name = f"run pages of {len(routes)} real operations: CPU"
    say(
        Figure(f"{name}, p50", load.percentile(found, 0.5) * 1000, "ms"),
        Figure(f"{name}, p95", load.percentile(found, 0.95) * 1000, "ms", 200),
        Figure(f"{name}, most", max(found) * 1000, "ms"),
    )


async def one_by_one(bench: Bench) -> None:
    async with bench.session() as session:
        direct = await _direct(session, f"{bench.place.upstream}/quick")
        client = bench.client(session)
        fields = await client.open(bench.quick)
        found = await load.clients(1, ONE_BY_ONE, lambda: client.run(bench.quick, fields))
    for share, limit in ((0.5, 40.0), (0.99, None)):
        more = load.percentile(found.each, share) - load.percentile(direct, share)
        name = f"one run, beyond the direct call: p{share * 100:.0f}"
        say(Figure(name, more * 1000, "ms", limit))


async def _direct(session: aiohttp.ClientSession, url: str) -> list[float]:
    """Seconds of the same call without the site between."""
    found = []
    for _ in range(ONE_BY_ONE):
        began = time.perf_counter()
        async with session.post(url, json={"steps": 10}) as answer:
            await answer.read()
        found.append(time.perf_counter() - began)
    return found


async def many_clients(bench: Bench) -> None:
    cpu = _cpu(bench.place)
    async with bench.session() as session:
        client = bench.client(session)
        fields = await client.open(bench.quick)
        found = await load.clients(CLIENTS, RUNS_EACH, lambda: client.run(bench.quick, fields))
    runs = CLIENTS * RUNS_EACH
    _insist(found, runs)
    say(
        Figure(f"{CLIENTS} clients: runs", runs / found.total, "a second"),
        Figure(f"{CLIENTS} clients: one run, p50", load.percentile(found.each, 0.5) * 1000, "ms"),
        *(
            Figure(f"{CLIENTS} clients: CPU of {name}", (after - before) * 1000 / runs, "ms a run")
            for (name, after), before in zip(_cpu(bench.place).items(), cpu.values(), strict=True)
        ),
    )


def all_at_once(bench: Bench) -> None:
    """Started by the operation that every face of the site calls: pages are measured above."""
    before = _cpu(bench.place)["worker"]
    with processes.Peak(bench.place.pid) as peak:
        found = load.started(bench.slow, bench.person.user, AT_ONCE)
    worker = _cpu(bench.place)["worker"] - before
    _insist(found, AT_ONCE)
    name = f"{AT_ONCE} runs of 1 s at once"
    say(
        Figure(f"{name}: started", found.starting, "s"),
        Figure(f"{name}: first start to last end", found.total, "s", 12),
        Figure(f"{name}: CPU of worker", worker * 1000 / AT_ONCE, "ms a run"),
        Figure(f"{name}: peak memory", peak.megabytes, "MB", 350),
    )


async def posted(bench: Bench) -> None:
    """The page's part of starting a run, CPU."""
    async with bench.session() as session:
        client = bench.client(session)
        fields = await client.open(bench.quick)
        before = _cpu(bench.place)["web"]
        found = await load.clients(1, PAGES, lambda: client.run(bench.quick, fields))
    _insist(found, PAGES)
    each = (_cpu(bench.place)["web"] - before) / PAGES
    say(Figure("pressing Run: CPU of web", each * 1000, "ms"))


async def history_page(bench: Bench) -> None:
    """CPU, not time: it hardly depends on what else the machine does."""
    address = f"{bench.quick.get_absolute_url()}/actions"
    async with bench.session() as session:
        client = bench.client(session)
        await client.get(address)
        before = _cpu(bench.place)["web"]
        for _ in range(PAGES):
            await client.get(address)
    each = (_cpu(bench.place)["web"] - before) / PAGES
    say(Figure("history page of 50 rows: CPU", each * 1000, "ms"))


async def long_post(bench: Bench, made: Post) -> None:
    """A post of 100 kB without embeds, read and saved. CPU of the web process; what renders a long
    text is a process of its own, which counts."""
    web = bench.place.part("uvicorn")
    address = made.get_absolute_url()
    async with bench.session() as session:
        client, visitor = bench.client(session), load.Visitor(bench.place.url, session)
        for name, reader in (("a visitor", visitor), ("signed in", client)):
            await reader.get(address)
            before = processes.cpu_seconds(web)
            for _ in range(PAGES):
                await reader.get(address)
            each = (processes.cpu_seconds(web) - before) / PAGES
            say(Figure(f"a post of 100 kB, {name}: CPU", each * 1000, "ms", 10))
        before = processes.cpu_with_ended(web)
        for number in range(SAVES):
            fields = {"name": made.name, "text": f"{made.text}\n\n{number}", "do": "autosave"}
            await client.post(f"{address}/edit", fields)
    each = (processes.cpu_with_ended(web) - before) / SAVES
    say(Figure("a post of 100 kB, saved: CPU", each * 1000, "ms", 2000))


async def programs(bench: Bench, key: str) -> None:
    async with (
        bench.session() as session,
        # The official client keeps its connection.
        aiohttp.ClientSession() as kept,
    ):
        direct = await _direct(session, f"{bench.place.upstream}/quick")
        program = await api.Program.of(bench.place.url, key, kept)
        await program.run(bench.quick)
        each, last = await program.runs(bench.quick)
        before = _cpu(bench.place)["web"]
        for _ in range(api.LOOKS):
            await program.look(last)
    looks = (_cpu(bench.place)["web"] - before) / api.LOOKS
    more = api.beyond(each, direct)
    say(
        Figure("one run by API, beyond the direct call: p50", more, "ms", 15),
        Figure("GET /actions/{id}: CPU", looks * 1000, "ms", 3),
    )


async def searches(bench: Bench) -> None:
    """The whole page: found, counted by kind and tag, ordered, shown."""
    async with bench.session() as session:
        client = bench.client(session)
        for what, word in search.QUESTIONS.items():
            await client.get(f"/search?q={word}")
            before = _cpu(bench.place)["web"]
            for number in range(PAGES):
                await client.get(f"/search?q={word}&page={number % 3 + 1}")
            each = (_cpu(bench.place)["web"] - before) / PAGES * 1000
            say(Figure(f"100,000 assets, a word {what}: CPU of web", each, "ms", 50))


def million_rows(bench: Bench) -> Dataset:
    """A dataset, beside the engine alone. CPU, which hardly depends on what else goes on."""
    folder = bench.place.folder
    source = tables.csv(folder)
    alone = tables.cpu(lambda: tables.alone(source, folder / "alone.parquet"))
    made: list[Dataset] = []
    ours = tables.cpu(lambda: made.append(tables.imported(source, bench.person.user)))
    [dataset] = made
    grouped = tables.of_readers(lambda: tables.grouped(dataset))
    grouped_alone = tables.of_readers(tables.grouped_alone(blobs.local_path(dataset.blob)))
    say(
        Figure("1,000,000 rows of CSV: import, CPU", ours, "s"),
        Figure("1,000,000 rows of CSV: DuckDB alone, CPU", alone, "s"),
        Figure("1,000,000 rows of CSV: ratio", ours / alone, "", 1.5),
        Figure("group by, 100 groups: DuckDB alone, CPU", grouped_alone, "ms"),
        Figure("group by, 100 groups: more than that, CPU", grouped - grouped_alone, "ms", 10),
        Figure(
            "50 rows at row 900,000: CPU",
            tables.of_readers(lambda: tables.page(dataset, 900_000)),
            "ms",
        ),
    )
    sorted_page(dataset)
    datasette.compare(source)
    return dataset


def sorted_page(dataset: Dataset) -> None:
    """In the order of a column that nothing is ordered by."""
    alone = tables.of_readers(tables.sorted_alone(blobs.local_path(dataset.blob)))
    once = tables.cpu(lambda: tables.sort(dataset))
    each = tables.of_readers(lambda: tables.sorted_page(dataset))
    say(
        Figure("sorted, 50 rows at row 900,000: DuckDB alone, CPU", alone, "ms"),
        Figure("sorted by a column for the first time: CPU", once, "s"),
        Figure("sorted, 50 rows at row 900,000: CPU", each, "ms", 25),
    )


async def deep_page(bench: Bench, dataset: Dataset) -> None:
    """The whole page, and its rows alone, which is what *After* fetches."""
    address = f"{dataset.get_absolute_url()}?from="
    for name, part in (("page", ""), ("page, turned", "&part=rows")):
        async with bench.session() as session:
            client = bench.client(session)
            await client.get(f"{address}100{part}")
            before = _web_and_readers(bench.place)
            for number in range(PAGES):
                await client.get(f"{address}{900_000 + 50 * number}{part}")
        each = (_web_and_readers(bench.place) - before) / PAGES
        say(Figure(f"the dataset's {name} there: CPU of web and reader", each * 1000, "ms", 25))


def _web_and_readers(place: Site) -> float:
    return sum(map(processes.cpu_seconds, processes.family(place.part("uvicorn"))))


def _cpu(place: Site) -> dict[str, float]:
    parts = {"web": "uvicorn", "worker": "manage.py worker"}
    return {name: processes.cpu_seconds(place.part(words)) for name, words in parts.items()}


def _insist(found: load.Batch, runs: int) -> None:
    if found.succeeded != runs:
        raise SystemExit(f"Only {found.succeeded} of {runs} runs succeeded.")
