"""Puts down the words of all assets anew, after they were changed past the site."""

from typing import Any

from django.core.management.base import BaseCommand

from ouro_web.assets import words
from ouro_web.assets.models import Asset


class Command(BaseCommand):
    help = "Index the words of all assets anew for the search."

    def handle(self, *_: Any, **__: Any) -> None:
        number = 0
        for asset in Asset.objects.for_cards().iterator():
            words.index(asset)
            number += 1
        self.stdout.write(f"{number} assets are indexed.")
