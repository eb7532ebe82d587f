"""Reading a document in a process of its own, which has limits and can be killed: a large or a
hostile one takes neither the memory nor the time of those who serve pages.

The two talk in lines of JSON. To the process: the document, then each file that it asked for. From
it: how far it is, what file it wants, at last what was read.
"""

import json
import os
import resource
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from ouro_web.services.openapi.bundling import Fetch
from ouro_web.services.openapi.drafts import Specification
from ouro_web.services.openapi.packing import packed
from ouro_web.services.openapi.problems import DocumentError, Problem
from ouro_web.services.openapi.reading import Progress, read_text

SECONDS = 60  # by the clock, waiting for files included
CPU_SECONDS = 30
MEMORY = 2**30

_ROOT = Path(__file__).resolve().parents[3]
type Line = dict[str, Any]


def read_apart(
    text: str, *, name: str = "", fetch: Fetch | None = None, progress: Progress | None = None
) -> Line:
    """What was read, as `packing.packed` gives it. A document beyond the limits is one problem."""
    child = subprocess.Popen(
        [sys.executable, "-m", "ouro_web.services.openapi"],
        cwd=_ROOT,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    killer = threading.Timer(SECONDS, child.kill)
    killer.start()
    try:
        with child:
            found = _talk(
                child, {"text": text, "name": name, "others": bool(fetch)}, fetch, progress
            )
    except (BrokenPipeError, json.JSONDecodeError):
        found = None
    finally:
        killer.cancel()
        child.kill()
    return found if found is not None else packed(Specification(problems=(_beyond(),)))


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    given = json.loads(sys.stdin.readline())
    fetch = _asked if given["others"] else None
    progress: Progress = lambda done, total: _say({"done": done, "total": total})  # noqa: E731
    found = read_text(given["text"], name=given["name"], fetch=fetch, progress=progress)
    _say({"found": packed(found)})


def _talk(
    child: subprocess.Popen[str], given: Line, fetch: Fetch | None, progress: Progress | None
) -> Line | None:
    _write(child.stdin, given)
    for text in child.stdout or ():
        line: Line = json.loads(text)
        if "found" in line:
            found: Line = line["found"]
            return found
        if "want" in line and fetch:
            _write(child.stdin, _fetched(fetch, line["want"]))
        elif progress and "done" in line:
            progress(line["done"], line["total"])
    return None


def _fetched(fetch: Fetch, name: str) -> Line:
    try:
        return {"text": fetch(name)}
    except DocumentError as error:
        return {"refused": str(error)}


def _asked(name: str) -> str:
    _say({"want": name})
    answer = json.loads(sys.stdin.readline())
    if "refused" in answer:
        raise DocumentError(answer["refused"])
    return str(answer["text"])


def _write(stream: IO[str] | None, line: Line) -> None:
    assert stream is not None  # noqa: S101 - it was asked for
    stream.write(json.dumps(line) + "\n")
    stream.flush()


def _say(line: Line) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _beyond() -> Problem:
    limits = f"{SECONDS} seconds and {MEMORY // 2**20:,} MB of memory"
    return Problem("", f"The document cannot be read within the limits of {limits}.", "error")
