"""Static files: what is vendored is what it says it is, and every icon that is used exists."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROW = re.compile(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", re.MULTILINE)
USED = re.compile(r"""\{% icon ["']([a-z0-9-]+)["']""")


def listed(folder: Path) -> dict[str, str]:
    return dict(ROW.findall((folder / "README.md").read_text()))


@pytest.mark.parametrize("folder", ["static/vendor", "tests/vendor"])
def test_every_vendored_file_is_listed_with_its_sum(folder: str) -> None:
    here = ROOT / folder
    sums = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in here.iterdir()
        if path.name != "README.md"
    }
    assert sums == listed(here)


def test_fonts_stay_under_100_kb() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "static/vendor").glob("*.woff2")) <= 100_000


def sprite() -> set[str]:
    return set(re.findall(r'id="i-([a-z0-9-]+)"', (ROOT / "static/icons.svg").read_text()))


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    used = {
        name
        for page in (ROOT / "templates").rglob("*.html")
        for name in USED.findall(page.read_text())
    }
    assert used <= sprite()


def test_stylesheets_name_colours_only_in_the_tokens() -> None:
    sheets = [ROOT / "static/base.css", ROOT / "static/components.css"]
    sheets += (ROOT / "static/pages").glob("*.css")
    named = {
        sheet.name: found
        for sheet in sheets
        if (found := re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", sheet.read_text()))
    }
    # base draws a chevron out of transparency, components dims the page behind a dialog.
    assert set(named) <= {"base.css", "components.css"}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "static").rglob("*.css")), ids=lambda path: path.name
)
def test_every_sheet_closes_what_it_opens(path: Path) -> None:
    """After a brace too many, browsers drop the next block without a word."""
    depth = 0
    for brace in re.findall("[{}]", re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
