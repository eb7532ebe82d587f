"""The pages as a browser has them, in both themes, wide and on a phone: nothing serious for axe,
nothing against the content security policy, no error of a script, no sideways scrolling."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from ouro_web.actions.call import Call
from ouro_web.actions.models import Action, ActionAsset, ActionLog
from ouro_web.conversations import members, messages
from ouro_web.datasets import drafts, tables
from ouro_web.files import storage
from ouro_web.notifications import hooking
from ouro_web.posts import publish
from ouro_web.quests import entries, making
from ouro_web.quests.models import Item
from ouro_web.teams.models import GLOBAL_ID
from tests.chromium import chromium

AXE = (Path(__file__).resolve().parent.parent / "vendor/axe-core-4.14.1.min.js").read_text()
# Given once and run by the browser in each document, which takes a third of handing it to each.
LOADED = f'if (location.protocol !== "about:") {{ {AXE} }}'
SERIOUS = """axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations
  .filter(({ impact }) => impact === "serious" || impact === "critical")
  .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`))"""
CELL = b"""data_Cu
_cell_length_a 3.6
_cell_length_b 3.6
_cell_length_c 3.6
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'P 1'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Cu1 Cu 0 0 0
"""
LONG_NAME = "What a missing aluminium atom costs in Ni3Al"
COUNT = {"type": "integer"}
CHART = {"type": "bar", "category": {"dataKey": "metal"}, "series": [{"dataKey": "energy"}]}
STEPS = {"type": "line", "category": {"dataKey": "n"}, "series": [{"dataKey": "energy"}]}
CURVE = {"data": "steps", "title": "Energy of each step", "config": STEPS}
DATASET_TABS = ("schema", "sql?sql=select+1", "views", "views/new", "rows/1")
PROPERTIES = ["lattice_constant", "bulk_modulus", "density"]
TARGET = {"type": "object", "properties": {"property": {"enum": PROPERTIES}}}
SENT = {
    "method": "POST", "url": "http://127.0.0.1:8271/structures/relax", "body": {"name": "cell"},
    "content_type": "application/json", "headers": {"Authorization": "Bearer …"},
}  # fmt: skip
BODY = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "description": "What to call it."},
        "fmax": {"type": "number", "minimum": 0.001, "maximum": 1, "default": 0.05},
        "optimizer": {"enum": ["BFGS", "FIRE", "LBFGS"], "default": "BFGS"},
        "steps": {"type": "array", "items": {"type": "object", "properties": {"n": COUNT}}},
        "relax_cell": {"type": "boolean", "default": False},
        "targets": {"type": "array", "items": TARGET, "default": [{"property": "density"}]},
    },
}  # fmt: skip
UNFOLD = "document.querySelectorAll('main details.fold').forEach((each) => each.open = true)"
EXPECTED = re.compile(r"404 \(Not Found\)|net::ERR_FAILED")  # of /nothing, and of stopped polls
DOORS = ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nothing")


@pytest.fixture
def pages(alice, place, make_route) -> list[str]:
    """The address of a page of every kind, with something on it."""
    ours = place(alice, "public")
    route = make_route(
        body=BODY, input_assets={"structure": {"asset_type": "file", "file_extensions": ["cif"]}}
    )
    file = storage.store(ours, name=LONG_NAME, filename="cu.cif", content=[CELL])
    code = storage.store(ours, name="Notes", filename="notes.py", content=[b"print(1)\n"])
    table = tables.create(ours, name="Energies", rows=[{"metal": "Cu", "energy": -0.18}])
    view = table.views.create(name="Energies", config=CHART)
    draft = drafts.keep(alice, BytesIO(b"a,b\n1,2\n"), filename="rows.csv")
    post = publish.create(
        ours, name="On copper", text=f"# One\n\nSee [it](file:{file.pk}).\n\n- [x] done\n\n`code`"
    )
    talk = members.begin(ours, members=[], name="Energies of copper")
    messages.say(talk, author=alice, text=f"See [it](file:{file.pk}), @alice: `code`")
    messages.say(talk, author=alice, text="*Why?*", kind="reasoning", data={"tool": "relax"})
    webhook, _ = hooking.create(alice, url="https://192.0.78.9/hook", events=["comment"])
    sent = hooking.test(webhook)
    route.operation["extensions"] = {"x-ouro-response-charts": [CURVE]}
    route.save()
    answer = {"energy": -5.3128, "steps": [{"n": 1, "energy": -5.1}, {"n": 2, "energy": -5.3}]}
    good = _run(alice, route, status="success", response=answer, sent=SENT)
    _link(good, file, "in")
    _link(good, table, "out")
    bad = _run(alice, route, status="error", error=FAULT)
    live = _run(alice, route, status="in-progress")
    return [
        *("/", "/actions/?all=1", "/search", "/users/alice", "/settings"),
        *(
            "/accounts/password/change/",
            "/accounts/email/",
            "/accounts/2fa/",
            "/accounts/sessions/",
        ),
        *(f"/{kind}/" for kind in ("files", "datasets", "posts", "quests", "services")),
        *(f"/{kind}/new" for kind in ("files", "datasets", "posts", "quests", "services")),
        *_of_a_quest(ours, alice, file),
        *(f"{table.get_absolute_url()}/{tab}" for tab in DATASET_TABS),
        *(f"/datasets/new/{draft.pk}", f"{table.get_absolute_url()}/views/{view.pk}"),
        *(each.get_absolute_url() for each in (file, code, table, post, route.service, route)),
        *(f"{route.get_absolute_url()}/{tab}" for tab in ("actions", "about")),
        *(each.get_absolute_url() for each in (good, bad, live)),
        *(f"/assets/{file.pk}/{act}" for act in ("edit", "share", "delete")),
        *("/conversations/", "/conversations/new", "/settings/notifications"),
        *(webhook.get_absolute_url(), f"{webhook.get_absolute_url()}/deliveries/{sent.pk}"),
        *(f"{post.get_absolute_url()}/{tab}" for tab in ("edit", "publish", "revisions/1")),
        "/posts/aids/assets",
        *(f"/conversations/{talk.pk}{page}" for page in ("", "/about")),
    ]


def _of_a_quest(where, alice, file) -> list[str]:
    hand_in = {"cell": {"asset_type": "file", "file_extensions": ["cif"], "label": "Cell"}}
    row = {"description": "Relax *it*", "reward_xp": 20, "submission_assets": hand_in}
    quest = making.create(where, name="Relax them", description="All **three**.", rows=[row, row])
    item, other = Item.objects.select_related("quest__owner", "eval_route").filter(quest=quest)
    entry = entries.submit(item, contributor=alice, assets={"cell": file.pk}, text="**Done**")
    Item.objects.filter(pk=item.pk).update(leaderboard_enabled=True)
    type(entry).objects.filter(pk=entry.pk).update(eval_score=2.5, eval_status="passed")
    path = quest.get_absolute_url()
    return [
        path, f"{path}/entries", f"{path}/edit", entry.get_absolute_url(), "/quests/assigned",
        *(f"/quests/items/{other.pk}/{act}" for act in ("edit", "enter")),
        f"/quests/items/{item.pk}/leaderboard",
    ]  # fmt: skip


FAULT = {
    "code": "status_422", "message": "The service refused the input (422): fmax: too small",
    "whose": "you", "retryable": False, "advice": "Change the input and run again.",
    "upstream_status": 422, "upstream_body": "too small", "problems": {"b/fmax": "too small"},
}  # fmt: skip


def _run(user, route, **fields) -> Action:
    call = Call(body={"name": "cell", "fmax": 0.02}, has_body=True).as_json()
    action = Action.objects.create(
        user=user, route=route, route_name=route.name, call=call, organization_id=GLOBAL_ID,
        team_id=GLOBAL_ID, output_visibility="private", sent_at=timezone.now(), **fields,
    )  # fmt: skip
    if action.is_final:
        action.finished_at = timezone.now() + timedelta(seconds=2)
        action.save()
    ActionLog.objects.create(action=action, source="service", message="step 1", level="warning")
    return action


def _link(action, asset, direction: str) -> None:
    ActionAsset.objects.create(
        action=action, asset=asset, direction=direction, name="structure",
        asset_type=asset.asset_type, asset_name=asset.name, made_here=direction == "out",
    )  # fmt: skip


@pytest.fixture
def session(client, alice, settings) -> str:
    client.force_login(alice)
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


@contextmanager
def opened(site: str) -> Iterator[Page]:
    """A browser with one page, since each further one costs a process."""
    with chromium() as browser:
        context = browser.new_context(base_url=site, reduced_motion="reduce")
        context.route(re.compile("part="), lambda route: route.abort())  # nothing renews itself
        yield context.new_page()


def faults(page: Page, said: list[str], address: str) -> list[str]:
    """Wide and light as it is loaded, then narrow and dark without loading it again: the document
    is the same, only its styles follow."""
    page.goto("about:blank")  # the page before says nothing any more
    said.clear()
    look(page, 1280, "light")
    answer = page.goto(address)
    found = [text for text in said if not EXPECTED.search(text)]
    if answer is None or answer.status >= 500:
        found.append(f"answered {answer and answer.status}")
    page.evaluate(UNFOLD)
    found += faults_now(page)
    look(page, 360, "dark")
    return found + [f"narrow and dark: {fault}" for fault in faults_now(page)]


def look(page: Page, width: int, theme: Literal["light", "dark"]) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)


def faults_now(page: Page) -> list[str]:
    aside = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    found = [f"scrolls sideways by {aside} px"] if aside > 0 else []
    return found + list(page.evaluate(SERIOUS))


def test_pages_are_in_order(live_server, pages, session, settings):
    said: list[str] = []
    with opened(live_server.url) as page:
        page.context.add_init_script(LOADED)
        page.on("pageerror", lambda error: said.append(f"script: {error}"))
        page.on("console", lambda line: said.extend([line.text] if line.type == "error" else []))
        found = [(door, faults(page, said, door)) for door in DOORS]
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        page.context.add_cookies([cookie])  # type: ignore[list-item]  # a dict of the right keys
        found += [(address, faults(page, said, address)) for address in pages]
    assert [(address, wrong) for address, wrong in found if wrong] == []
