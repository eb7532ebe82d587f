"""What a browser that comes for the first time loads for one page."""

import shutil
from dataclasses import dataclass

from playwright.sync_api import sync_playwright

from bench.rows import Person

# As root there is no sandbox; and nothing but the page may use the network.
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True)
class Load:
    """Fonts stand apart: a page is drawn before they come, and other pages have them cached."""

    requests: int
    kilobytes: float
    font_kilobytes: float


def cold(url: str, person: Person) -> Load:
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        context = browser.new_context()
        context.add_cookies(
            [{"name": name, "value": value, "url": url} for name, value in person.cookies.items()]
        )
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        network.on(
            "Network.responseReceived",
            lambda found: kinds.update({found["requestId"]: found["type"]}),
        )
        network.on(
            "Network.loadingFinished",
            lambda found: sizes.update({found["requestId"]: found["encodedDataLength"] / 1000}),
        )
        page.goto(url, wait_until="networkidle")
        browser.close()
    fonts = [size for found, size in sizes.items() if kinds.get(found) == "Font"]
    return Load(len(sizes) - len(fonts), sum(sizes.values()) - sum(fonts), sum(fonts))
