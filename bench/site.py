"""A whole site for the time of the measurements: `manage.py up`, with its own folder and ports."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import processes
from ouro_web.web import ports, serving

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PATIENCE = 120


@dataclass(frozen=True)
class Site:
    url: str
    upstream: str
    folder: Path
    pid: int

    def part(self, words: str) -> int:
        """The process whose command line holds these words."""
        return next(
            pid for pid in processes.family(self.pid)[1:] if words in processes.command(pid)
        )


@contextmanager
def running(*, live_runs: int) -> Iterator[Site]:
    port = ports.first_free(HOST, int(os.environ.get("BENCH_PORT", "8900")))
    stub_port = ports.first_free(HOST, port + 1)
    with tempfile.TemporaryDirectory(prefix="ouro-bench-") as folder:
        environment = {
            **os.environ,
            "HOST": HOST,
            "PORT": str(port),
            "OURO_DATA_DIR": folder,
            "OURO_ALLOWED_PRIVATE_HOSTS": f"{HOST}:{stub_port}",
            "MAX_LIVE_RUNS_PER_PERSON": str(live_runs),
            "LOG_LEVEL": "warning",
            "DATABASE_URL": "",
            "TASKS_URL": "",
        }
        os.environ.update(environment)  # this process makes rows in the same database
        # Of two such options the last counts; the stub only answers requests.
        stub = [
            *serving.server_command("bench.stub:application", HOST, stub_port),
            *("--lifespan", "off"),
        ]
        up = [sys.executable, str(ROOT / "manage.py"), "up", "--no-demo"]
        with (
            Path(folder, "output.txt").open("w") as output,
            _program(stub, environment, output.fileno()),
            _program(up, environment, output.fileno()) as site,
        ):
            url = f"http://{HOST}:{port}"
            if not _answers(f"{url}/healthz", site):
                said = Path(output.name).read_text()[-3000:]
                raise SystemExit(f"{said}\nThe site did not start.")
            yield Site(url, f"http://{HOST}:{stub_port}", Path(folder), site.pid)


@contextmanager
def _program(
    command: list[str], environment: dict[str, str], output: int
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False
