"""The answer to a caller who waits for a run. It begins as "accepted", which is right as it stands;
the server waits for the run without a thread and then puts the result in its place."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from ouro_web.accounts.models import User
from ouro_web.actions import executor
from ouro_web.actions.models import Action, Status
from ouro_web.actions.seeing import started, visible_run
from ouro_web.api.http import api
from ouro_web.api.shapes import actions as shapes

LONGEST = 100  # seconds, below what proxies on the way give up at
STATUSES = {"you": 422, "service": 502, "network": 502, "site": 500}


def accepted(request: HttpRequest, action: Action, user: User) -> HttpResponse:
    """202: look at the run later. `action` has just been started."""
    response = api.create_response(request, _going_on(started(action, user)), status=202)
    response.headers["Location"] = f"{request.path.partition('/services/')[0]}/actions/{action.pk}"
    response.headers["Retry-After"] = "1"
    return response


def awaited(request: HttpRequest, action: Action, user: User) -> HttpResponse:
    """The result, if it comes in time."""
    response = accepted(request, action, user)
    response.later = Result(request, action.pk, user)  # type: ignore[attr-defined]  # for the server
    return response


@dataclass(frozen=True)
class Result:
    request: HttpRequest
    action_id: UUID
    user: User

    async def wait(self) -> bool:
        done = executor.beside_pages().until_settled(self.action_id)
        try:
            await asyncio.wait_for(asyncio.wrap_future(done), LONGEST)
        except TimeoutError:
            return False
        return True

    def finish(self, response: HttpResponse) -> None:
        seen = visible_run(self.action_id, self.user)
        action = seen or Action.objects.get(pk=self.action_id)
        content = outcome(action)
        better = api.create_response(self.request, content, status=status_of(action))
        response.status_code = better.status_code
        response.content = better.content
        del response.headers["Content-Encoding"]
        response.headers["Content-Length"] = str(len(better.content))
        if action.is_final:
            del response.headers["Location"], response.headers["Retry-After"]


def outcome(action: Action) -> dict[str, Any]:
    """What a run is answered with. `action` in it tells the client that there was one: it hands
    that over instead of raising."""
    if not action.is_final:
        return _going_on(action)
    shape = shapes.action(action)
    if action.status == Status.SUCCESS:
        return {"data": shape["response"], "action": shape, "metadata": {}}
    error = shapes.error(action)
    return {"data": None, "error": {**error, "status": status_of(action)}, "action": shape}


def status_of(action: Action) -> int:
    """Never 401, whatever the service answered: that would make the client run it again."""
    if not action.is_final:
        return 202
    if action.status == Status.SUCCESS:
        return 200
    if action.status == Status.TIMED_OUT:
        return 504
    return STATUSES.get((action.error or {}).get("whose", ""), 502)


def _going_on(action: Action) -> dict[str, Any]:
    metadata = {"requiresPolling": True}
    return {"data": None, "metadata": metadata, "action": shapes.action(action)}
