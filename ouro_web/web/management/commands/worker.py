import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from huey.contrib.djhuey import HUEY

from ouro_web.actions import executor, tasks
from ouro_web.notifications import courier
from ouro_web.web import tidying


class Command(BaseCommand):
    help = "Carry out runs. Ends well on SIGTERM and SIGINT: what is going on may finish."
    requires_migrations_checks = True
    # They would load every page of the site, which this process never shows: 60 MB.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--grace", type=float, default=25, help="seconds for calls to end at a stop"
        )

    def handle(self, *_: Any, grace: float, **__: Any) -> None:
        stop = threading.Event()
        runs = executor.get()
        out = courier.Courier()
        out.start()
        close_door = tasks.answer_the_door()
        queue = HUEY.create_consumer(**settings.HUEY["consumer"])
        queue.start()
        # After start(), which sets handlers of its own that would break calls off.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        tidying.start(stop)
        self.stdout.write(f"Carrying out runs as {runs.owner}.")
        stop.wait()
        self.stdout.write("Stopping; the calls that are out may end.")
        close_door()
        queue.stop_flag.set()
        runs.drain(grace)
        out.stop(5)
        self.stdout.write("Stopped.")
