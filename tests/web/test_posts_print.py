"""A post on paper: the text and what it shows, nothing of the site around it."""

import json

import pytest
from django.utils import timezone

from ouro_web.actions.models import Action, ActionLog
from ouro_web.posts import publish
from tests.web.test_look import opened

# Whether something takes room on the page, also within what is folded or scrolled away.
IS_SHOWN = """(what) => [...document.querySelectorAll(what)].map((each) => {
  const box = each.getBoundingClientRect();
  return each.checkVisibility({ contentVisibilityAuto: true }) && box.height > 0;
})"""
BESIDE = [".site-head", ".site-foot", ".toc", ".article > .side", ".comments", ".crumbs"]
BESIDE += [".prose .anchor", ".embed > footer", "[data-copy]", ".skip"]
WORDS = "Words with a [link](https://away.example/page) and $x^2$."
TOO_WIDE = """() => [...document.querySelectorAll(".prose *")]
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => each.outerHTML.slice(0, 80))"""


@pytest.fixture
def post(place, alice, make_route, make_dataset):
    route, table = make_route(), make_dataset("Penguins", visibility="public")
    run = Action.objects.create(
        user=alice, route=route, route_name=route.name, visibility="route", status="success",
        organization=route.organization, team=route.team, output_visibility="private",
        response={"energy": -5.3128}, call={"body": {}}, finished_at=timezone.now(),
    )  # fmt: skip
    ActionLog.objects.create(action=run, source="service", message="step 38 of 38")

    def fence(asset, kind, **display) -> str:
        block = {"id": str(asset.pk), "assetType": kind, "viewMode": "preview"}
        return f"```assetComponent\n{json.dumps({**block, 'displayConfig': display})}\n```"

    text = "\n\n".join([
        *(f"## Part {number}\n\n{WORDS}" for number in range(5)),
        "```python\n" + "x = " + "1 + " * 80 + "1\n```",
        fence(table, "dataset"), fence(route, "route", actionId=str(run.pk)),
        fence(route, "route", actionId=str(run.pk), collapse="Folded", caption="All of it"),
    ])  # fmt: skip
    return publish.create(place(alice, "public"), name="On paper", text=text)


def test_a_printed_post_is_its_text_and_all_it_shows(live_server, post):
    with opened(live_server.url) as page:
        page.goto(post.get_absolute_url(), wait_until="networkidle")
        on_screen = {what: page.evaluate(IS_SHOWN, what) for what in BESIDE}
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 794, "height": 1123})
        on_paper = {what: any(page.evaluate(IS_SHOWN, what)) for what in BESIDE}
        assert [what for what, shown in on_screen.items() if not shown] == []  # all are there
        assert [what for what, shown in on_paper.items() if shown] == []
        for what in ("h1", ".prose p", ".prose td", "figure.code", ".prose math", ".embed"):
            assert all(page.evaluate(IS_SHOWN, what)), what
        folded = page.get_by_text("Folded").locator("xpath=../section")
        assert folded.evaluate("(part) => part.getBoundingClientRect().height") > 60
        link = page.locator(".prose a[href^=http]").first
        after = link.evaluate("(link) => getComputedStyle(link, '::after').content")
        assert "away.example/page" in after
        assert page.evaluate(TOO_WIDE) == []
        paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert paper.count(b"/Type /Page\n") < 8
