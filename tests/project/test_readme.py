"""What the README promises is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text()


def test_each_setting_has_a_row_and_each_row_a_setting():
    settings = (ROOT / "ouro_web" / "settings.py").read_text()
    read = set(re.findall(r'env\.[a-z]+\(\s*"([A-Z_]+)"', settings))
    table = README.split("## Settings")[1].split("\n## ")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    listed = set(re.findall(r"`([A-Z_]+)`", " ".join(first_cells)))
    assert listed == read


def test_every_file_it_names_exists():
    for name in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / name).is_file(), name
    folders = README.split("## Where things are")[1].split("\n## ")[0]
    for name in re.findall(
        r"`((?:ouro_web|examples|tests|bench|templates|static)[\w/]*)`", folders
    ):
        assert (ROOT / name).is_dir(), name


def test_every_make_target_it_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"\bmake ([a-z]+)\b", README.replace("git, make and", "")):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_screenshots_are_small():
    for path in (ROOT / "screenshots").glob("*"):
        assert path.stat().st_size <= 120_000, path.name
