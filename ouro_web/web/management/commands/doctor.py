from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ouro_web.web import condition


class Command(BaseCommand):
    help = "Print what is wrong with this set-up and how to mend it."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *_: Any, **__: Any) -> None:
        problems = 0
        for check in condition.ALL:
            finding = check()
            if finding.problem:
                problems += 1
                self.stdout.write(f"{finding.subject}: {finding.problem}\n    {finding.mend}")
            else:
                self.stdout.write(f"{finding.subject}: ok")
        if problems:
            raise CommandError(f"{problems} to mend.")
