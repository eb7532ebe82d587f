"""Work that some input could make endless, in a process of its own that the system ends.

Limits are in processor time: what a busy machine delays is not given up.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEMORY = 1024 * 1024 * 1024  # bytes
STUCK = 10  # times as long by the clock: then it is ended, whatever it waits for

_ROOT = Path(__file__).resolve().parents[2]


def in_a_process(module: str, ask: Any, *, seconds: int) -> Any:
    """What the module answers, which as a program calls `answer`; question and answer are JSON.

    Raises subprocess.SubprocessError when it takes more processor time or memory than it may.
    """
    done = subprocess.run(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", module, str(seconds)],
        input=json.dumps(ask).encode(),
        capture_output=True,
        timeout=seconds * STUCK,
        check=True,
        cwd=_ROOT,
    )
    return json.loads(done.stdout)


def answer(work: Callable[[Any], Any]) -> None:
    """The other end."""
    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(work(json.load(sys.stdin)), sys.stdout)
