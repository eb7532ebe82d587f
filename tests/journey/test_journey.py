"""What a newcomer does, from signing up to a discussed report, in a real browser against the real
site, its worker and the materials service."""

import json
import re
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journey.conftest import PATIENCE

SAMPLES = Path(__file__).parents[2] / "examples" / "samples"
PASSWORD = "a long enough password"
WRITER, READER, PLAIN = "ada", "grace", "edsger"
STRUCTURE = "aluminium-strained.cif"
RELAXED = "aluminium-strained relaxed"
SETTINGS = {"b/fmax": "0.2", "b/max_steps": "40"}  # few steps: the path is tested, not the physics
REFUSED_FORMS = re.compile(r"status of 422")  # Chromium complains about these answers by itself


def test_a_newcomer_goes_from_signing_up_to_a_discussed_report(visit, materials, complaints):
    reader, page = visit(), visit()
    sign_up(reader, READER)
    upload(reader, SAMPLES / "copper-fcc.cif", visibility="private")
    sign_up(page, WRITER)

    make_a_service(page, materials)
    preview_a_specification_from_a_file(page, materials)
    fill_the_form_of_a_relaxation(page)
    run = relax(page)
    repeat_from_the_history(page, run)
    find_defects_later(page)
    send_on_to_the_equation_of_state(page, run)
    post = publish_a_report(page, report(page, run, upload_a_table(page)))
    read_signed_out(visit(), post)
    run_within_the_report(reader, post)
    discuss(page, reader, post)

    assert [each for each in complaints if not REFUSED_FORMS.search(each)] == []


def sign_up(page: Page, name: str) -> None:
    page.get_by_role("link", name="Create an account").first.click()
    page.get_by_label("Username").fill(name)
    page.get_by_label("Email").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_text(f"Welcome, {name}")).to_be_visible()


def make_a_service(page: Page, materials: str) -> None:
    page.get_by_role("link", name="Add a service").first.click()
    page.get_by_label("Address of the document").fill(f"{materials}/openapi.json")
    page.get_by_role("button", name="Find the operations").click()
    operations = page.get_by_role("table", name="Operations found in the document")
    expect(operations).to_contain_text("Relax structure")
    found = operations.get_by_role("checkbox").count()
    page.get_by_label("Visibility").select_option("public")
    page.get_by_role("button", name="Create the service").click()
    expect(page.get_by_role("heading", name="Materials service", level=1)).to_be_visible()
    routes = page.get_by_role("table", name="Routes of Materials service")
    expect(routes.locator("tbody tr")).to_have_count(found)


def preview_a_specification_from_a_file(page: Page, materials: str) -> None:
    document = page.request.get(f"{materials}/openapi.json").body()
    page.goto("/services/new")
    page.get_by_label("Or its file").set_input_files(
        {"name": "openapi.json", "mimeType": "application/json", "buffer": document}
    )
    page.get_by_role("button", name="Find the operations").click()
    expect(page.get_by_text("from the file openapi.json")).to_be_visible()
    operations = page.get_by_role("table", name="Operations found")
    expect(operations).to_contain_text("Relax structure")
    ticks = operations.get_by_role("checkbox")
    ticks.last.uncheck()
    expect(page.get_by_text(f"{ticks.count() - 1} of {ticks.count()} taken")).to_be_visible()


def open_route(page: Page, name: str) -> None:
    page.goto("/services/")
    page.get_by_role("link", name="Materials service").click()
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def fill_the_form_of_a_relaxation(page: Page) -> None:
    """The picker offers what fits; a wrong value is told at its field and nothing is lost."""
    upload(page, SAMPLES / "metals-under-strain.html", visibility="public")
    open_route(page, "Relax structure")
    page.get_by_role("button", name="Recent").click()
    offers = page.get_by_role("listbox", name="Structure: what fits")
    expect(offers).to_contain_text("Nothing that you can read fits yet")
    page.set_input_files("[data-upload]", SAMPLES / STRUCTURE)
    expect(page.locator(".chosen .main")).to_have_text(STRUCTURE)

    page.locator("[name='b/fmax']").fill(SETTINGS["b/fmax"])
    page.locator("[name='b/max_steps']").fill("100000")
    page.locator("[name='b/max_steps']").press("Control+Enter")
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#problems")).to_contain_text("must be at most 500 (you gave 100000)")
    expect(page.locator(".field.invalid .msg")).to_contain_text("at most 500")
    expect(page.locator("[name='b/fmax']")).to_have_value(SETTINGS["b/fmax"])
    expect(page.locator(".chosen .main")).to_have_text(STRUCTURE)

    page.locator("#problems a").click()
    expect(page.locator("[name='b/max_steps']")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type(SETTINGS["b/max_steps"])
    page.get_by_label("Visibility").select_option("public")


def upload(page: Page, path: Path, *, visibility: str) -> None:
    page.goto("/files/new")
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_label("Visibility").select_option(visibility)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile("/files/(?!new)"))


def relax(page: Page) -> str:
    """The run's address. The page comes alive by itself: it is loaded once."""
    page.keyboard.press("Control+Enter")
    follow_the_run(page)
    page.evaluate("window.isTheSamePage = true")
    expect(page.locator(".status").first).to_have_text("Success")
    assert page.evaluate("window.isTheSamePage")

    expect(page.locator(".total")).to_contain_text("in all")
    log = page.locator("#log")
    expect(log).to_contain_text("platform")
    expect(log).to_contain_text("Read Al")
    raw = page.get_by_role("region", name="Raw")
    expect(raw).to_contain_text('"max_steps": 40')
    expect(raw).to_contain_text("energy_per_atom")
    outputs = page.get_by_role("region", name="Outputs")
    expect(outputs).to_contain_text("Energy")
    expect(outputs.get_by_role("link", name=f"Read Relaxation of {STRUCTURE}")).to_be_visible()
    expect(outputs.locator("canvas").first).to_be_visible()
    return page.url


def follow_the_run(page: Page) -> None:
    """The run appears beside the form, which stays; from there to its own page."""
    expect(page.locator("#result-title")).to_be_focused()
    page.get_by_role("link", name="Open run page").click()
    page.wait_for_url("**/actions/*")


def repeat_from_the_history(page: Page, run: str) -> None:
    open_route(page, "Relax structure")
    page.get_by_role("link", name="Actions", exact=True).click()
    row = page.locator("#rows tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(STRUCTURE)
    row.get_by_role("link", name="Success").click()
    page.wait_for_url(run)
    page.get_by_role("link", name="Run again").click()
    for name, value in SETTINGS.items():
        expect(page.locator(f"[name='{name}']")).to_have_value(value)
    expect(page.locator(".chosen .main")).to_have_text(STRUCTURE)
    expect(page.get_by_label("Visibility")).to_have_value("public")


def find_defects_later(page: Page) -> None:
    open_route(page, "Point-defect candidates")
    page.set_input_files("[data-upload]", SAMPLES / "copper-gold-ordered.cif")
    expect(page.locator(".chosen .main")).to_have_text("copper-gold-ordered.cif")
    page.locator("[name='b/max_candidates']").fill("2")
    page.get_by_role("button", name="Run").click()
    follow_the_run(page)
    expect(page.locator(".status").first).to_have_text("Success")
    expect(page.locator(".marks")).to_contain_text(re.compile("Accepted.*Called back", re.DOTALL))
    expect(page.locator("#log")).to_contain_text("Best:")
    expect(page.get_by_role("region", name="Outputs")).to_contain_text("ranking")


def send_on_to_the_equation_of_state(page: Page, run: str) -> None:
    """From the output and from the page of the file, by clicking."""
    page.goto(run)
    output = page.locator("#output-relaxed_structure")
    output.get_by_text("Send to").click()
    output.get_by_role("link", name="Equation of state").click()
    expect(page.locator(".chosen .main")).to_have_text(RELAXED)

    page.locator(".chosen .main").click()
    page.get_by_role("link", name=f"Run Equation of state on {RELAXED}").click()
    expect(page.locator(".chosen .main")).to_have_text(RELAXED)
    page.locator("[name='b/points']").fill("5")
    page.get_by_role("button", name="Run").click()
    follow_the_run(page)
    expect(page.locator(".status").first).to_have_text("Success")
    expect(page.get_by_role("region", name="Outputs")).to_contain_text("Bulk modulus")


def upload_a_table(page: Page) -> str:
    """The dataset's block for a post."""
    page.goto("/datasets/new")
    page.locator("input[type=file]").set_input_files(SAMPLES / "metals-under-strain.csv")
    page.get_by_role("button", name="Show the columns").click()
    page.get_by_label("Visibility").select_option("public")
    page.get_by_role("button", name="Create the dataset").click()
    page.wait_for_url(re.compile("/datasets/(?!new)"))
    return embed_block(page)


def embed_block(page: Page) -> str:
    page.locator("main summary", has_text="More").click()
    button = page.get_by_role("button", name="Copy embed block")
    expect(button).to_be_visible()
    return str(button.get_attribute("data-copy"))


def report(page: Page, run: str, table: str) -> str:
    page.goto(run)
    pinned = embed_block(page)
    identifier = re.search('"id": "(.+?)"', pinned)
    assert identifier
    values = {name.removeprefix("b/"): value for name, value in SETTINGS.items()}
    block = {"id": identifier[1], "assetType": "route", "viewMode": "interactive"}
    form = json.dumps({**block, "displayConfig": {"defaultValues": values}})
    return f"""Asked by @{READER}, made with [the route](route:{identifier[1]}).

$$E = mc^2$$

| metal | a |
| ----- | -: |
| Al | 4.05 |

```python
print("relaxed")
```

{table}

{pinned}

```assetComponent
{form}
```
"""


def publish_a_report(page: Page, text: str) -> str:
    """Before it is published, the check tells who will see what; what is hidden is shared."""
    page.goto("/posts/new")
    page.get_by_label("Title").fill("Strained aluminium")
    page.locator("[data-text]").fill(text)
    page.get_by_role("button", name="Publish…").click()
    check = page.get_by_role("table", name="Each embed, and whether readers see it")
    hidden = check.get_by_role("row").filter(has_text="Does not")
    expect(hidden).to_have_count(2)
    publishing = page.url

    hidden.filter(has_text=STRUCTURE).get_by_role("link", name="Open it to share it").click()
    page.get_by_role("link", name="Share").click()
    page.get_by_role("link", name="Change it").click()
    page.get_by_label("Public: everybody").check()
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("alert")).to_contain_text("everybody, also without an account")
    page.get_by_role("button", name="Yes, change it").click()
    expect(page.get_by_text("Seen by everybody")).to_be_visible()
    page.goto(publishing)
    hidden.get_by_label("Share this run").check()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("heading", name="Strained aluminium", level=1)).to_be_visible()
    return page.url


def read_signed_out(page: Page, post: str) -> None:
    page.goto(post)
    prose = page.locator("article .prose").first
    expect(prose.get_by_role("link", name=READER)).to_be_visible()
    expect(prose.get_by_role("link", name="the route")).to_be_visible()
    expect(prose.locator("math").first).to_be_visible()
    expect(prose.get_by_role("cell", name="4.05")).to_be_visible()
    expect(prose.locator("pre", has_text="relaxed").first).to_be_visible()
    expect(prose).to_contain_text("lattice_constant")
    pinned = prose.get_by_label("Pinned run of Relax structure")
    expect(pinned.locator(".status")).to_have_text("Success")
    expect(pinned).to_contain_text(STRUCTURE)
    expect(pinned.locator("canvas").first).to_be_visible()
    expect(pinned.locator("ol.log")).to_be_hidden()
    pinned.locator("summary", has_text="Log").click()
    expect(pinned.locator("ol.log")).to_be_visible()


def run_within_the_report(page: Page, post: str) -> None:
    """The form stands in the text, filled in by its author; the run appears there and is followed
    to its end, without another page."""
    page.goto(post)
    page.evaluate("window.isTheSamePage = true")
    form = page.locator(".prose #run-form")
    for name, value in SETTINGS.items():
        expect(form.locator(f"[name='{name}']")).to_have_value(value)
    form.locator("[data-upload]").set_input_files(SAMPLES / "copper-fcc.cif")
    expect(form.locator(".chosen .main")).to_have_text("copper-fcc.cif")
    form.locator("[name='b/max_steps']").fill("100000")
    form.get_by_role("button", name="Run", exact=True).click()
    expect(form.locator("#problems")).to_contain_text("must be at most 500")
    expect(form.locator(".chosen .main")).to_have_text("copper-fcc.cif")
    form.locator("[name='b/max_steps']").fill("5")
    form.get_by_role("button", name="Run", exact=True).click()
    mine = page.get_by_label("Pinned run of Relax structure").last
    expect(mine).to_contain_text("copper-fcc.cif")
    expect(mine.locator(".status")).to_have_text("Success")
    expect(mine).to_contain_text("copper-fcc relaxed")
    expect(mine.locator("canvas").first).to_be_visible()
    assert page.evaluate("window.isTheSamePage")


def discuss(page: Page, reader: Page, post: str) -> None:
    reader.goto(post)
    reader.get_by_label("Add a comment").fill("Is it *isotropic*?")
    reader.get_by_role("button", name="Comment").click()
    expect(reader.locator(".comment em")).to_have_text("isotropic")
    page.goto(post)
    page.get_by_text("Reply").first.click()
    page.get_by_label("Your reply").fill("Not before it is relaxed.")
    page.get_by_role("button", name="Reply").click()
    expect(page.locator(".comment .comment")).to_contain_text("Not before it is relaxed.")


def test_a_run_needs_no_script(visit, materials):
    page = visit(script=False)
    sign_up(page, PLAIN)
    make_a_service(page, materials)
    page.get_by_role("link", name="Relax structure", exact=True).click()
    page.get_by_label("Or upload a file").set_input_files(SAMPLES / "copper-fcc.cif")
    page.get_by_label("Max steps").fill("100000")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#problems")).to_contain_text("must be at most 500")
    expect(page.locator(".chosen .main")).to_have_text("copper-fcc.cif")
    page.get_by_label("Max steps").fill("5")
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**/actions/*")
    expect(page.get_by_role("heading", name="Relax structure", level=1)).to_be_visible()
    reload_until(page, "Success")
    expect(page.get_by_role("region", name="Outputs")).to_contain_text("copper-fcc relaxed")


def reload_until(page: Page, status: str) -> None:
    """What the page tells people without script to do."""
    end = time.monotonic() + PATIENCE
    while page.locator(".total", has_text="so far").count() and time.monotonic() < end:
        page.reload()
    expect(page.locator(".status").first).to_have_text(status)
