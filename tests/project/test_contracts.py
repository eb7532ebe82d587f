"""Tests that guard the project itself."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = sorted((ROOT / "ouro_web").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

# The only places that may call text safe, each with its own tests.
MAY_MARK_SAFE = {"ouro_web/web/templatetags/ouro.py", "ouro_web/web/prose.py"}
OUTSIDE_CLIENTS = re.compile(
    r"^\s*(?:import|from)\s+(?:httpx|aiohttp|httpx_aiohttp|requests|urllib3|urllib\.request"
    r"|http\.client|ftplib|smtplib|socket)\b",
    re.MULTILINE,
)
# ports.py only asks the system for a free port of this machine; doorbell.py knows files alone.
MAY_OPEN_CONNECTIONS = {
    "ouro_web/lib/doorbell.py",
    "ouro_web/lib/upstream.py",
    "ouro_web/lib/guard.py",
    "ouro_web/web/ports.py",
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_point_downwards():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_only_one_module_opens_outgoing_connections():
    offenders = [name(path) for path in CODE if OUTSIDE_CLIENTS.search(path.read_text())]
    assert set(offenders) <= MAY_OPEN_CONNECTIONS


def test_text_is_called_safe_in_few_named_places():
    marked = [name(path) for path in CODE if re.search(r"\bmark_safe\(", path.read_text())]
    assert set(marked) <= MAY_MARK_SAFE


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_keeps_to_the_content_security_policy(path):
    text = path.read_text()
    assert not re.search(r"\|\s*safe\b|\{%\s*autoescape\s+off", text)
    assert not re.search(r"\shx-on|\sstyle=|\son[a-z]+=[\"']", text)
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)


def test_no_file_names_a_registry_or_is_a_lock_with_addresses():
    pinned = (ROOT / "requirements").glob("*.txt")
    assert not [name(path) for path in pinned if "://" in path.read_text()]


@pytest.mark.parametrize(
    "command", [["djade", "--check", "--target-version", "6.1"], ["djhtml", "--check", "-t", "2"]]
)
def test_templates_are_tidy(command):
    program = str(Path(sys.executable).with_name(command[0]))
    found = subprocess.run(
        [program, *command[1:], *map(str, TEMPLATES)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
