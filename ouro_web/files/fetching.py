"""Files from an address: this site downloads them itself, through the guard, in the worker."""

import logging
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import close_old_connections, transaction
from django.tasks import task

from ouro_web.accounts.models import User
from ouro_web.files import resumable
from ouro_web.files.models import Upload
from ouro_web.lib import guard, media, upstream

logger = logging.getLogger(__name__)

AT_ONCE = 2
SECONDS = 3600
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetching")


def begin(owner: User, *, address: str) -> Upload:
    """Raises ValidationError at "address", or at "file"."""
    text = address.strip() if "://" in address else f"https://{address.strip()}"
    try:
        upstream.check_url(text, policy())
    except upstream.UpstreamError as refused:
        raise ValidationError({"address": refused.message}) from None
    upload = resumable.begin(owner, filename=name_of(text), length=None)
    again(upload, address=text)
    return upload


def again(upload: Upload, *, address: str = "") -> None:
    """From the start: few servers say whether what they send is still the same."""
    with transaction.atomic():
        upload.address, upload.problem = address or upload.address, ""
        upload.save(update_fields=["address", "problem"])
        transaction.on_commit(lambda: fetch_upload.enqueue(str(upload.pk)))


def policy() -> guard.Policy:
    return guard.Policy.allowing(settings.ALLOWED_PRIVATE_HOSTS)


def name_of(address: str) -> str:
    path = urlsplit(address).path.rstrip("/").rpartition("/")[2]
    return media.clean_filename(unquote(path) or urlsplit(address).hostname or "file")


@task()
def fetch_upload(pk: str) -> None:
    """Downloads are long; the queue's own threads deliver runs."""
    _threads.submit(_fetch_in_thread, UUID(pk))


def _fetch_in_thread(pk: UUID) -> None:
    close_old_connections()
    try:
        fetch(pk)
    except Exception:
        logger.exception("An address could not be fetched")
        _say(pk, "Something went wrong on this site. Try again.")
    finally:
        close_old_connections()


def fetch(pk: UUID) -> None:
    """Download what this upload is to hold. What goes wrong stands in the row."""
    upload = Upload.objects.filter(pk=pk, blob="", problem="").first()
    if upload is None:
        return  # delivered twice, or discarded
    limits = upstream.Limits(total=SECONDS, body=settings.MAX_UPLOAD)
    try:
        with resumable.whole(upload) as part:
            upstream.fetch_now(upload.address, part, policy=policy(), limits=limits)
    except upstream.UpstreamError as failed:
        _say(pk, failed.message)
    except ValidationError as refused:
        _say(pk, " ".join(refused.messages))
    except resumable.BusyError:
        logger.info("Upload %s is fetched by another worker", pk)


def _say(pk: UUID, problem: str) -> None:
    Upload.objects.filter(pk=pk).update(problem=problem[:500])
