"""What the platform says about a run in its headers, and the ways of answering it.

Everything here is silent when the headers are missing, so that each route also works from curl.
"""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Annotated, Any

import httpx
from fastapi import Depends, Header
from fastapi.responses import JSONResponse

from examples.materials_service.refusal import Refusal

logger = logging.getLogger("materials_service")
jobs = ThreadPoolExecutor(max_workers=2, thread_name_prefix="job")
RETRY_AFTER_SECONDS = (0.5, 2.0, 5.0)

OptionalHeader = Annotated[str | None, Header()]
Result = dict[str, Any]


@cache
def client() -> httpx.Client:
    """One connection pool; made late because its TLS set-up takes a moment."""
    return httpx.Client(timeout=5, trust_env=False)


class Run:
    """One run as the service sees it; lines are sent in order by a thread of their own."""

    def __init__(self, webhook_url: str = "", token: str = "", action_id: str = "") -> None:
        self.webhook_url = webhook_url
        self.token = token
        self.action_id = action_id
        self._lines = ThreadPoolExecutor(max_workers=1, thread_name_prefix="log")
        self._is_heard = webhook_url.endswith("/response")

    def log(self, message: str, level: str = "info") -> None:
        """Show a line on the action's page; never waits and never fails."""
        logger.info("%s %s %s", self.action_id or "-", level, message)
        if self._is_heard:
            self._lines.submit(self._send_line, message, level)

    def close(self) -> None:
        """Wait until the lines are out, so that none arrives after the result."""
        self._lines.shutdown(wait=True)

    def call_back(self, body: Result) -> None:
        """Deliver the result; a platform that is just restarting gets three more chances."""
        for wait in (*RETRY_AFTER_SECONDS, None):
            if self._deliver({**body, "ouro_action_id": self.action_id}):
                return
            if wait is not None:
                time.sleep(wait)
        logger.error("%s the result could not be delivered", self.action_id)

    def _deliver(self, body: Result) -> bool:
        """True when there is no point in trying again."""
        try:
            answer = client().post(self.webhook_url, json=body, headers=self._headers(), timeout=30)
        except httpx.HTTPError as error:
            logger.warning("%s callback failed: %s", self.action_id, error)
            return False
        return answer.status_code < 500 and answer.status_code != 429

    def _send_line(self, message: str, level: str) -> None:
        if not self._is_heard:
            return
        try:
            body = {"message": message, "level": level}
            client().post(self._log_url(), json=body, headers=self._headers())
        except httpx.HTTPError as error:
            self._is_heard = False
            logger.warning("%s log lines cannot be sent: %s", self.action_id, error)

    def _log_url(self) -> str:
        return self.webhook_url.removesuffix("/response") + "/log"

    def _headers(self) -> dict[str, str]:
        return {"ouro-webhook-token": self.token}


def detached_run(
    ouro_webhook_url: OptionalHeader = None,
    ouro_webhook_token: OptionalHeader = None,
    ouro_action_id: OptionalHeader = None,
) -> Run:
    """For work that outlives the request."""
    return Run(ouro_webhook_url or "", ouro_webhook_token or "", ouro_action_id or "")


def current_run(run: Annotated[Run, Depends(detached_run)]) -> Iterator[Run]:
    """For work that ends with the request."""
    try:
        yield run
    finally:
        run.close()


CurrentRun = Annotated[Run, Depends(current_run, scope="function")]
DetachedRun = Annotated[Run, Depends(detached_run)]


def accept(run: Run, work: Callable[[], Result]) -> JSONResponse:
    """Answer 202 and work on; without a callback address the result is the answer."""
    if not run.webhook_url:
        return JSONResponse(work())
    jobs.submit(_work_and_call_back, run, work)
    return JSONResponse({"status": "accepted", "action_id": run.action_id}, status_code=202)


def _work_and_call_back(run: Run, work: Callable[[], Result]) -> None:
    body = _outcome(run, work)
    run.close()
    run.call_back(body)


def _outcome(run: Run, work: Callable[[], Result]) -> Result:
    try:
        return {"status": "completed", "response": work()}
    except Refusal as refusal:
        run.log(str(refusal), "error")
        return {"status": "failed", "error": {"message": str(refusal), "retryable": False}}
    except Exception:  # the last place that can tell the platform
        logger.exception("%s failed", run.action_id)
        message = "The calculation stopped because of an error in the service."
        return {"status": "failed", "error": {"message": message, "retryable": False}}
