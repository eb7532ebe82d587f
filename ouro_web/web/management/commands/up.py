"""What `make run` runs: prepares the data folder, then becomes the supervisor."""

import fcntl
import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from ouro_web.lib.supervisor import Program, replace_this_process
from ouro_web.web import demo_service, ports, serving
from ouro_web.web.demo import loading
from ouro_web.web.static_files import collect_if_changed

LOADING = "Loading the demo… How to sign in is said when it is loaded, in a minute or two."


class Command(BaseCommand):
    help = "Prepare the data folder and run the site: web, worker and, in a new folder, the demo."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave the demo out")

    def handle(self, *_: Any, no_demo: bool, **__: Any) -> None:
        self.keep_the_folder_to_this_process()
        is_new = not connection.introspection.table_names()
        self.stdout.write("Preparing the database and the static files.")
        call_command("migrate", verbosity=0, interactive=False)
        collect_if_changed()
        connection.close()
        service = demo_service.remembered(settings.DATA_DIR)
        port = self.port(but_not={service.port} if service else set())
        may_load = is_new and not no_demo and ports.is_loopback(settings.HOST)
        if service is None and may_load:
            service = demo_service.choose(settings.DATA_DIR, port)
        self.become_the_supervisor(port, None if no_demo else service)

    def keep_the_folder_to_this_process(self) -> None:
        """The lock lives as long as the process, which becomes the supervisor."""
        handle = os.open(settings.DATA_DIR / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandError(
                f"A site is running with {settings.DATA_DIR} already. Stop it first, or set"
                " OURO_DATA_DIR to another folder."
            ) from None
        os.set_inheritable(handle, True)

    def port(self, *, but_not: set[int]) -> int:
        host, port = settings.HOST, settings.PORT
        if ports.is_free(host, port) and port not in but_not:
            return port
        if settings.PORT_WAS_CHOSEN:
            raise CommandError(f"Port {port} at {host} is in use. Set PORT to another one.")
        return ports.first_free(host, port, but_not=but_not)

    def become_the_supervisor(self, port: int, service: demo_service.DemoService | None) -> None:
        # glibc keeps a heap per thread; two are enough and save some 20 MB a process.
        os.environ.update(HOST=settings.HOST, PORT=str(port), MALLOC_ARENA_MAX="2")
        programs = [
            Program("web", serving.server_command(serving.SITE, settings.HOST, port)),
            Program("worker", _manage("worker")),
        ]
        lines = [f"Ouro Web is at {_address(port)}"]
        if service:
            os.environ.update(service.environment())
            programs.append(Program("service", service.command()))
            lines += loading.sign_ins() if service.is_loaded else [LOADING]
            if not service.is_loaded:
                load = _manage("demo", "--service", service.url)
                programs.append(Program("demo", load, once=True))
        lines.append(f"Data is kept in {settings.DATA_DIR}. Press Ctrl-C to stop.")
        replace_this_process(programs, host=settings.HOST, port=port, text="\n".join(lines))


def _address(port: int) -> str:
    """PUBLIC_URL, but with the port that was found when none was asked for."""
    own = f":{settings.PORT}"
    return (
        settings.PUBLIC_URL.removesuffix(own) + f":{port}"
        if settings.PUBLIC_URL.endswith(own)
        else settings.PUBLIC_URL
    )


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.ROOT / "manage.py"), *arguments]
