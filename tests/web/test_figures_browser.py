"""Plotly in a real browser: a figure kept as JSON, and a page that has everything inside."""

from pathlib import Path

from playwright.sync_api import expect

from tests.chromium import chromium

LIBRARY = Path(__file__).resolve().parent.parent.parent / "static/vendor/plotly-4.1.2.min.js"
FIGURE = """{"data": [{"type": "scatter", "name": "sine", "x": [1, 2, 3], "y": [0, 1, 0]}],
  "layout": {"title": {"text": "Two waves"}}}"""


def test_figures_are_drawn_in_their_closed_frame(live_server, signed_in, alice, make_file):
    library = LIBRARY.read_text()
    figure = make_file("waves.json", FIGURE)
    whole = (
        f"<script>{library}</script><p id='p'></p><script>Plotly.newPlot('p', {FIGURE})</script>"
    )
    page = make_file("waves.html", whole)
    cookie = signed_in(alice).cookies["ouro_session"].value
    with chromium() as browser:
        context = browser.new_context(base_url=live_server.url)
        context.set_default_timeout(60_000)
        context.add_cookies([{"name": "ouro_session", "value": cookie, "url": live_server.url}])
        tab = context.new_page()
        for file in (figure, page):
            tab.goto(file.get_absolute_url())
            drawn = tab.frame_locator("iframe.sandbox").locator(".scatterlayer .trace").first
            expect(drawn).to_be_attached(timeout=60_000)
