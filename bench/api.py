"""What programs wait for: a run whose answer they get in the same request, and a look at it."""

import time

import aiohttp

from bench.figures import ONE_BY_ONE
from bench.load import percentile
from ouro_web.services.models import Route

LOOKS = 300


class Program:
    """With an access token, as the official client has one."""

    def __init__(self, url: str, token: str, session: aiohttp.ClientSession) -> None:
        self._api = f"{url}/api"
        self._headers = {"Authorization": token}
        self._session = session

    @classmethod
    async def of(cls, url: str, key: str, session: aiohttp.ClientSession) -> "Program":
        async with session.post(f"{url}/api/users/get-token", json={"pat": key}) as answer:
            token = (await answer.json())["access_token"]
        return cls(url, token, session)

    async def run(self, route: Route) -> str:
        """The id of the run, once it has succeeded."""
        path = f"/services/{route.service_id}/routes/{route.pk}/use"
        body = {"config": {"body": {"steps": 10}}}
        async with self._session.post(self._api + path, json=body, headers=self._headers) as answer:
            found = await answer.json()
        if answer.status != 200:
            raise SystemExit(f"The run answered {answer.status}: {found}"[:2000])
        return str(found["action"]["id"])

    async def runs(self, route: Route) -> tuple[list[float], str]:
        """Seconds of each of many runs, one after the other, and the id of the last."""
        each, last = [], ""
        for _ in range(ONE_BY_ONE):
            began = time.perf_counter()
            last = await self.run(route)
            each.append(time.perf_counter() - began)
        return each, last

    async def look(self, action_id: str) -> None:
        url = f"{self._api}/actions/{action_id}"
        async with self._session.get(url, headers=self._headers) as answer:
            answer.raise_for_status()
            await answer.read()


def beyond(each: list[float], direct: list[float]) -> float:
    """Milliseconds at the median."""
    return (percentile(each, 0.5) - percentile(direct, 0.5)) * 1000
