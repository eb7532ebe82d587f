"""The browser of the tests: the system's Chromium, or the one that Playwright has fetched."""

import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.conftest import absent

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def launched(playwright: Playwright) -> Browser:
    """Skips the test where there is none; fails it where all that tests need is required."""
    system = next(filter(None, map(shutil.which, NAMES)), None)
    if not system and not Path(playwright.chromium.executable_path).exists():
        absent("Chromium")
    return playwright.chromium.launch(executable_path=system, args=OPTIONS)
