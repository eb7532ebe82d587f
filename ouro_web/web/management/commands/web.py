import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from ouro_web.web import serving


class Command(BaseCommand):
    help = "Serve the pages and the API (HOST, PORT)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--processes", type=int, default=1, help="more than one needs PostgreSQL"
        )

    def handle(self, *_: Any, processes: int, **__: Any) -> None:
        command = serving.server_command(serving.SITE, settings.HOST, settings.PORT)
        if processes > 1:
            command += ["--workers", str(processes)]
        os.execv(sys.executable, command)  # noqa: S606 (it becomes the server)
