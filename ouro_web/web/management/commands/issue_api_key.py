"""Prints one new API key and nothing else, so that a script can take it:
OURO_API_KEY=$(manage.py issue_api_key alice)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ouro_web.accounts import keys
from ouro_web.accounts.models import User


class Command(BaseCommand):
    help = "Print a new API key for a person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line", help="what the key is for")

    def handle(self, *_: Any, username: str, name: str, **__: Any) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody here is called {username}.")
        _row, key = keys.issue(user, name=name)
        self.stdout.write(key)
