"""A site of its own in a folder, driven from outside: its worker is a real process to kill.

Run as a program it does one step inside that site: `python -m tests.actions.site STEP [ARGUMENT]`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 300  # seconds until something that should happen is given up, on a busy machine


@dataclass
class Site:
    folder: Path
    database_url: str = ""
    tasks_url: str = ""
    public_url: str = "http://127.0.0.1:9"

    @property
    def port(self) -> int:
        return int(self.public_url.rpartition(":")[2])

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "ouro_web.settings",
            "OURO_DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "TASKS_URL": self.tasks_url,
            "PUBLIC_URL": self.public_url,
            "OURO_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
            "MAX_CALLS_IN_FLIGHT": "6",
        }

    def do(self, step: str, argument: str = "") -> Any:
        """One step in a process of the site; what it prints as JSON."""
        command = [sys.executable, "-m", "tests.actions.site", step, argument]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @property
    def log(self) -> str:
        path = self.folder / "worker.log"
        return path.read_text() if path.exists() else ""

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """Ended by the test in its own way; whatever happens, it does not outlive the test."""
        command = [sys.executable, "manage.py", "worker", "--grace", "10"]
        with self.running("worker.log", command) as process:
            yield process

    @contextmanager
    def running(self, log: str, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
        with open(self.folder / log, "wb") as output:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.1)  # between two looks from outside; nothing here can be waited on


def prepare(base_url: str) -> None:
    """Tables, if there are none, a person, a service and its routes."""
    from django.core.management import call_command
    from django.db import connection, transaction

    if "accounts_user" not in connection.introspection.table_names():  # the queue has its own
        call_command("migrate", verbosity=0)
    with transaction.atomic():
        _make_rows(base_url)


def _make_rows(base_url: str) -> None:
    from ouro_web.accounts.models import User
    from ouro_web.assets.placement import Placement, base_fields
    from ouro_web.services.models import Route, Service, SpecRevision

    placement = Placement.for_person(User.objects.create_user("alice", "a@example.org", "x"))
    service = Service.objects.create(
        **base_fields(placement, asset_type="service", name="Slow"),
        base_url=base_url,
        max_concurrency=1000,
    )
    revision = SpecRevision.objects.create(service=service, document="{}")
    for method in ("POST", "PUT"):
        operation: dict[str, Any] = {
            "method": method,
            "path": "/work",
            "parameters": [],
            "bodies": [],
            "$defs": {},
        }
        Route.objects.create(
            **base_fields(placement, asset_type="route", name=f"{method} work"),
            parent=service, service=service, revision=revision, method=method, path="/work",
            operation=operation, output_assets={"post": {"asset_type": "post"}},
        )  # fmt: skip


def start(argument: str) -> int:
    """Set up and start runs, half of them POST. Every third delivery is lost, and due at once to
    be made up for, so that a test need not wait."""
    from django.conf import settings
    from django.db.models import QuerySet
    from django.test import override_settings
    from django.utils import timezone

    from ouro_web.accounts.models import User
    from ouro_web.actions import run
    from ouro_web.actions.call import Call
    from ouro_web.actions.models import Action
    from ouro_web.services.models import Route

    base_url, _, count = argument.rpartition(" ")
    prepare(base_url)
    settings.MAX_LIVE_RUNS_PER_PERSON = 10_000
    alice = User.objects.get(username="alice")
    queryset: QuerySet[Route] = QuerySet(Route)
    routes = list(queryset.order_by("method"))
    nowhere = {"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}
    for number in range(int(count)):
        route = routes[number % 2]
        if number % 3 == 2:
            with override_settings(TASKS=nowhere):
                run.start(route, alice, Call())
        else:
            run.start(route, alice, Call())
    return Action.objects.update(try_after=timezone.now())


def access(base_url: str) -> dict[str, str]:
    """Set up; a key of the person, and the address of each route for programs, by its method."""
    from django.db.models import QuerySet

    from ouro_web.accounts import keys
    from ouro_web.accounts.models import User
    from ouro_web.services.models import Route

    prepare(base_url)
    rows: QuerySet[Route] = QuerySet(Route)
    addresses = {row.method: f"/api/services/{row.service_id}/routes/{row.pk}/use" for row in rows}
    return {"key": keys.issue(User.objects.get(username="alice"), name="tests")[1], **addresses}


def states() -> list[dict[str, Any]]:
    from ouro_web.actions.models import Action
    from ouro_web.posts.models import Post

    return [
        {
            "id": str(action.pk),
            "method": action.sent["method"] if action.sent else "",
            "status": action.status,
            "code": (action.error or {}).get("code", ""),
            "outputs": action.links.count(),
            "posts": Post.objects.count(),
        }
        for action in Action.objects.all()
    ]


def settle(_: str) -> Any:
    """Wait until every run has ended, and tell how."""
    from ouro_web.actions.models import LIVE, Action

    live = Action.objects.filter(status__in=LIVE)
    wait_for(lambda: not live.exists(), "the end of all runs")
    return states()


def tell(_: str) -> Any:
    """How the runs are now."""
    return states()


if __name__ == "__main__":
    import django

    django.setup()
    step: dict[str, Callable[[str], Any]] = {
        "start": start,
        "settle": settle,
        "tell": tell,
        "access": access,
    }
    sys.stdout.write(json.dumps(step[sys.argv[1]](sys.argv[2])))
