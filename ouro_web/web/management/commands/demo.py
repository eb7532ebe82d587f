from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ouro_web.web import demo_service
from ouro_web.web.demo import loading
from ouro_web.web.demo.runs import RunNotFinishedError


class Command(BaseCommand):
    help = "Load the demo into a running site; what is there already is left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--service", help="address of the materials service")

    def handle(self, *_: Any, service: str | None, **__: Any) -> None:
        remembered = demo_service.remembered(settings.DATA_DIR)
        address = service or (remembered.url if remembered else "")
        if not address:
            raise CommandError("Give the address of the materials service: --service http://…")
        try:
            loading.load(address, self.stdout.write)
            demo_service.note_loaded(settings.DATA_DIR)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except (loading.DemoRefusedError, RunNotFinishedError) as error:
            raise CommandError(str(error)) from error
