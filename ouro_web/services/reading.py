"""Documents read: small ones at once, others by the worker, in a process with limits."""

import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from urllib.parse import quote, urljoin, urlsplit
from uuid import UUID

from django.db import close_old_connections
from django.utils import timezone

from ouro_web.lib import upstream
from ouro_web.services import openapi
from ouro_web.services.credentials import policy, same_host
from ouro_web.services.models import SpecDraft
from ouro_web.services.openapi import DocumentError, Fetch, Specification
from ouro_web.services.openapi.apart import read_apart
from ouro_web.services.unpacking import Unpacked

logger = logging.getLogger(__name__)

AT_ONCE = 2
FETCH_SECONDS = 30


def is_small(text: str, *, source_url: str = "") -> bool:
    """Whether it may be read while somebody waits: short, and in need of nothing elsewhere."""
    return Unpacked(text, "").is_small and not (source_url and openapi.has_others(text))


def read(text: str, *, source_url: str = "", unpacked: Unpacked | None = None) -> Specification:
    """With the files of its upload, or of its origin. Never raises for what it holds."""
    name, fetch = surroundings(source_url, unpacked)
    if (unpacked or Unpacked(text, "")).is_small:
        return openapi.read_text(text, name=name, fetch=fetch)
    return openapi.unpacked(read_apart(text, name=name, fetch=fetch))


def surroundings(source_url: str, unpacked: Unpacked | None) -> tuple[str, Fetch | None]:
    """The name of a document and where its other files come from."""
    if unpacked and unpacked.files:
        return unpacked.name, unpacked.fetch
    if source_url:
        return urlsplit(source_url).path.lstrip("/"), _Origin(source_url)
    return "", None


def begin(draft_id: UUID) -> None:
    """In this process, but not in the thread that asks."""
    _threads().submit(_safely, carry_out, draft_id)


def carry_out(draft_id: UUID) -> None:
    """Read a draft that waits; one that another process reads, or that is gone, is left alone."""
    rows = SpecDraft.objects.filter(pk=draft_id)
    waiting = rows.filter(state=SpecDraft.State.WAITING)
    if not waiting.update(state=SpecDraft.State.READING, touched_at=timezone.now()):
        return
    draft = rows.get()
    beside = Unpacked(draft.document, draft.file_name, draft.files)
    name, fetch = surroundings(draft.source_url, beside)
    shown = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal shown
        if time.monotonic() - shown > 0.5:
            shown = time.monotonic()
            rows.update(done=done, total=total, touched_at=timezone.now())

    found = read_apart(draft.document, name=name, fetch=fetch, progress=progress)
    number = len(found["drafts"])
    rows.update(
        state=SpecDraft.State.READY, reading=json.dumps(found), done=number, total=number,
        touched_at=timezone.now(),
    )  # fmt: skip


def wait_again(draft: SpecDraft) -> None:
    """After the one who read it has gone silent."""
    SpecDraft.objects.filter(pk=draft.pk).exclude(state=SpecDraft.State.READY).update(
        state=SpecDraft.State.WAITING, touched_at=timezone.now()
    )


class _Origin:
    """Files beside a fetched document: of the same scheme, host and port, through the guard."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.until = time.monotonic() + FETCH_SECONDS

    def __call__(self, name: str) -> str:
        address = urljoin(self.url, name if "://" in name else f"/{quote(name, safe='/%')}")
        if not same_host(address, self.url):
            raise DocumentError(f"{name} lives on another host and is not fetched.")
        left = self.until - time.monotonic()
        if left < 1:
            raise DocumentError(f"{name} was left out: fetching took over {FETCH_SECONDS} seconds.")
        into = BytesIO()
        limits = upstream.Limits(connect=5, read=10, total=left, body=openapi.MAX_BYTES)
        try:
            fetched = upstream.fetch_now(address, into, policy=policy(), limits=limits)
        except upstream.UpstreamError as error:
            raise DocumentError(f"{name} could not be fetched: {error.message}") from None
        if not same_host(fetched.url, self.url):
            raise DocumentError(f"{name} leads to another host and is left out.")
        return openapi.text_of(into.getvalue())


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    """They wait for a process of their own; what waits for them stays in memory and is short."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="reading")


def _safely(function: Callable[[UUID], None], draft_id: UUID) -> None:
    close_old_connections()
    try:
        function(draft_id)
    except Exception:
        logger.exception("Draft %s was not read; its page offers to try again", draft_id)
    finally:
        close_old_connections()
