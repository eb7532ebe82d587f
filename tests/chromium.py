"""The browser of the tests: the system's Chromium, or the one that Playwright has fetched."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import absent

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Skips the test where there is none; fails it where all that tests need is required. It brings
    an event loop along, in which Django opens connections apart from those of the test: they are
    closed with it."""
    with sync_playwright() as playwright:
        system = next(filter(None, map(shutil.which, NAMES)), None)
        if not system and not Path(playwright.chromium.executable_path).exists():
            absent("Chromium")
        browser = playwright.chromium.launch(executable_path=system, args=OPTIONS)
        try:
            yield browser
        finally:
            connections.close_all()
            browser.close()
