"""The real site and the real materials service beside it, started as people start them, and a
browser that keeps what its pages complain about."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import chromium
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 300  # seconds until something that should happen is given up, on a busy machine
OF_A_SITE = ("HOST", "PUBLIC_URL", "DATABASE_URL", "TASKS_URL", "STORAGE_URL")  # not this one


@pytest.fixture(scope="module")
def materials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the materials service."""
    address, port = free_address()
    command = ["-m", "uvicorn", "examples.materials_service.app:app", "--port", port]
    with running(command, {}, tmp_path_factory.mktemp("materials"), f"{address}/health"):
        yield address


@pytest.fixture(scope="module")
def site(
    materials: str, tmp_path_factory: pytest.TempPathFactory, prepared: Callable[[Path], Path]
) -> Iterator[str]:
    """Address of a new site without the demo; it may call the materials service."""
    address, port = free_address()
    folder = prepared(tmp_path_factory.mktemp("site"))
    environment = {
        "OURO_DATA_DIR": str(folder),
        "OURO_ALLOWED_PRIVATE_HOSTS": materials.removeprefix("http://"),
        "PORT": port,
    }
    with running(["manage.py", "up", "--no-demo"], environment, folder, f"{address}/readyz"):
        yield address


def free_address() -> tuple[str, str]:
    port = str(free_port())
    return f"http://127.0.0.1:{port}", port


@contextmanager
def running(
    command: list[str], environment: dict[str, str], folder: Path, ready: str
) -> Iterator[None]:
    """A Python program of the project, from when it is ready until it has stopped by request."""
    inherited = {name: value for name, value in os.environ.items() if name not in OF_A_SITE}
    with (folder / "output.log").open("wb") as output:
        program = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**inherited, **environment},
            stdout=output,
            stderr=output,
        )
    try:
        assert answers(program, ready), (folder / "output.log").read_text()
        yield
    finally:
        program.terminate()
        program.wait(PATIENCE)


def answers(program: subprocess.Popen[bytes], address: str) -> bool:
    end = time.monotonic() + PATIENCE
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < end and program.poll() is None:
            try:
                if client.get(address).is_success:
                    return True
            except httpx.TransportError:
                pass  # it does not listen yet
            time.sleep(0.1)  # between two looks from outside; nothing here can be waited on
    return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def complaints() -> list[str]:
    """Errors of scripts, refusals by the content security policy, answers that failed."""
    return []


@pytest.fixture
def visit(site: str, browser: Browser, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """A page of somebody nobody knows; visit(script=False) without JavaScript."""
    contexts = []

    def open_page(*, script: bool = True) -> Page:
        context = browser.new_context(base_url=site, java_script_enabled=script)
        context.set_default_timeout(PATIENCE * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: complaints.extend(
                [f"{page.url}: {said.text}"] if said.type == "error" else []
            ),
        )
        page.goto("/")
        return page

    yield open_page
    for context in contexts:
        context.close()
