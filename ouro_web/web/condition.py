"""Is this set-up sound? One list of checks, for /readyz and for `manage.py doctor`."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from huey.contrib.djhuey import HUEY

from ouro_web.actions import heartbeat
from ouro_web.assets import elsewhere
from ouro_web.web.ports import is_loopback

LOW_DISK = 1024**3


@dataclass(frozen=True)
class Finding:
    """What was looked at; `problem` is empty when all is well, else `mend` says what to do."""

    subject: str
    problem: str = ""
    mend: str = ""


def database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        return Finding(
            "database", f"It does not answer: {error}", "Check DATABASE_URL and its server."
        )
    return Finding("database")


def migrations() -> Finding:
    try:
        executor = MigrationExecutor(connection)
    except Error:
        return Finding("migrations", "They cannot be read.", "Mend the database first.")
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Finding("migrations", f"{len(missing)} not applied.", "Run `manage.py migrate`.")
    return Finding("migrations")


def queue() -> Finding:
    try:
        HUEY.pending_count()
    except Exception as error:  # noqa: BLE001 (three stores, three families of errors)
        return Finding("queue", f"It does not answer: {error}", "Check TASKS_URL and its server.")
    return Finding("queue")


def worker() -> Finding:
    age = heartbeat.seconds_since_last()
    if age is None:
        return Finding("worker", "None has run yet.", "Start one with `manage.py worker`.")
    if age > heartbeat.SILENT_AFTER:
        return Finding(
            "worker",
            f"No sign of life for {age:.0f} seconds.",
            "Start one with `manage.py worker`, or read why it ended.",
        )
    return Finding("worker")


def disk() -> Finding:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < LOW_DISK:
        return Finding(
            "disk",
            f"Only {free // 1024**2} MB are free at {settings.DATA_DIR}.",
            "Free some space, or move OURO_DATA_DIR to a larger disk.",
        )
    return Finding("disk")


def data_folder() -> Finding:
    try:
        with tempfile.TemporaryFile(dir=settings.DATA_DIR):
            return Finding("data folder")
    except OSError as error:
        return Finding(
            "data folder", f"Nothing can be written there: {error}", "Set OURO_DATA_DIR."
        )


def storage() -> Finding:
    try:
        name = default_storage.save("doctor.txt", ContentFile(b"a probe"))
        default_storage.delete(name)
    except Exception as error:  # noqa: BLE001 (every storage has its own errors)
        return Finding("file storage", f"It does not keep a file: {error}", "Check STORAGE_URL.")
    return Finding("file storage")


def uploads_to_the_store() -> Finding:
    """Else pages send to this site, which passes it on: slower, but it works."""
    subject = "uploads to the store"
    try:
        if not elsewhere.has_links() or elsewhere.allows_pages(settings.PUBLIC_URL):
            return Finding(subject)
    except Exception as error:  # noqa: BLE001 (as above)
        return Finding(subject, f"The store does not answer: {error}", "Check STORAGE_URL.")
    return Finding(
        subject,
        "The rules of the bucket (CORS) do not let browsers send to it, so all goes through this"
        " site.",
        f"Allow the method PUT from the origin {settings.PUBLIC_URL}, or set public=no.",
    )


def secret_key() -> Finding:
    if len(settings.SECRET_KEY) < 32:
        return Finding(
            "secret key",
            "It is shorter than 32 characters.",
            "Set SECRET_KEY to a long random text, or leave it unset: one is made and kept.",
        )
    for name in ("secret_key", "encryption_key"):
        path = settings.DATA_DIR / name
        if path.exists() and path.stat().st_mode & 0o077:
            return Finding("secret key", f"Others may read {path}.", f"Run `chmod 600 {path}`.")
    return Finding("secret key")


def debug() -> Finding:
    if settings.DEBUG and not is_loopback(settings.HOST):
        return Finding("debug", "It is on, at an address others can reach.", "Unset OURO_DEBUG.")
    return Finding("debug")


def public_address() -> Finding:
    open_to_others = not is_loopback(settings.HOST)
    if open_to_others and settings.PUBLIC_URL.startswith("http://"):
        return Finding(
            "public address",
            f"{settings.PUBLIC_URL} is not encrypted: passwords and keys can be read on the way.",
            "Put a proxy with TLS in front and set PUBLIC_URL to its https:// address.",
        )
    return Finding("public address")


def static_files() -> Finding:
    try:
        staticfiles_storage.url("site.css")
    except ValueError:
        return Finding(
            "static files", "They are not collected.", "Run `manage.py collectstatic --no-input`."
        )
    return Finding("static files")


Check = Callable[[], Finding]

TO_SERVE: tuple[Check, ...] = (database, queue, worker, disk)
ALL: tuple[Check, ...] = (
    *(secret_key, debug, public_address, data_folder, disk, static_files),
    *(database, migrations, queue, worker, storage, uploads_to_the_store),
)
