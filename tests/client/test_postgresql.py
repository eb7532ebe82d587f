"""Waiting for a run in the request itself, on a site whose rows lie in PostgreSQL: the connection
of the request must be free while it waits, and what came must be seen by the answer."""

from concurrent.futures import ThreadPoolExecutor

import ouro

from tests.client import upstream
from tests.client.conftest import CAST
from tests.client.site import running

TOGETHER = 8


def test_callers_wait_for_their_runs(postgres, tmp_path):
    with (
        running(tmp_path, database_url=postgres) as site,
        upstream.serving(upstream.application()) as address,
    ):
        alice = site.python(CAST)["people"]["alice"]
        client = ouro.Ouro(api_key=alice["key"], base_url=site.api)
        service = client.services.create(name="Echo", base_url=address)
        route = str(client.routes.create(str(service.id), "POST", "/answer").id)

        def run(number: int):
            return client.routes.execute(route, body={"said": {"n": number}, "seconds": 0.2})

        with ThreadPoolExecutor(TOGETHER) as threads:
            done = list(threads.map(run, range(TOGETHER)))
        assert [action.status for action in done] == ["success"] * TOGETHER
        assert [action.response for action in done] == [{"n": n} for n in range(TOGETHER)]
        failed = client.routes.execute(route, body={"status": 500, "said": {"detail": "No"}})
        assert failed.status == "error"
        client._raw_client.close()
