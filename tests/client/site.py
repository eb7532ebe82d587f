"""A whole site for the tests of this folder: a web process and a worker with their own data."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 300


@dataclass(frozen=True)
class Site:
    url: str
    folder: Path
    environment: dict[str, str]

    @property
    def api(self) -> str:
        """What OURO_BASE_URL is set to."""
        return f"{self.url}/api"

    def python(self, code: str) -> Any:
        """What the code, run beside the site with its models set up, leaves as `result`."""
        lines = ["import json", "import django", "django.setup()", code]
        program = "\n".join([*lines, "print(json.dumps(result, default=str))"])
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def log(self) -> str:
        return (self.folder / "output.txt").read_text()


@contextmanager
def running(folder: Path, *, database_url: str = "", tasks_url: str = "") -> Iterator[Site]:
    port = free_port()
    environment = {
        **os.environ,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "OURO_DATA_DIR": str(folder),
        "OURO_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "DATABASE_URL": database_url,
        "TASKS_URL": tasks_url,
        "STORAGE_URL": "",
        "DJANGO_SETTINGS_MODULE": "ouro_web.settings",
    }
    site = Site(f"http://127.0.0.1:{port}", folder, environment)
    command = [sys.executable, str(ROOT / "manage.py"), "up", "--no-demo"]
    with (folder / "output.txt").open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, text=True
        )
        try:
            _wait_for(f"{site.url}/healthz", process, site)
            yield site
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait_for(url: str, process: subprocess.Popen[str], site: Site) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except urllib.error.HTTPError:
            break  # it runs, and is broken
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"The site did not start.\n{site.log()[-3000:]}")
