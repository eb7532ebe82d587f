"""Telling processes of this machine from others', to know at once which of them are gone."""

import hashlib
import os
import platform
import secrets
from pathlib import Path


def process_name() -> str:
    """A name for this process: machine, process id and something random."""
    return f"{identity()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(name: str) -> bool:
    """Whether the process of this name ran here and does not any more. Of other machines, and of
    other containers of this one, nothing is known."""
    machine, _, rest = name.partition(":")
    process = rest.partition(":")[0]
    if machine != identity() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def identity() -> str:
    """The machine since its last start, and the process namespace in it."""
    parts = [platform.node(), _read("/proc/sys/kernel/random/boot_id"), _namespace()]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:12]


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
