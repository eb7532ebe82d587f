"""What processes that were killed left on this machine: pieces of files that nobody finishes, and
copies of what lies in a store elsewhere that nobody has read for a day."""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from ouro_web.assets import elsewhere

OLD = 2 * 86_400  # seconds; an upload in parts is given up after one day
UNREAD = 86_400


def sweep() -> int:
    """How many were deleted. What is being written has a fresh time, and stays."""
    now = time.time()
    pieces = [*_inside(Path(settings.FILE_UPLOAD_TEMP_DIR), "*"), *_unfinished()]
    copies = _inside(Path(settings.DATA_DIR) / "copies", "*/*/*")
    return _forget(pieces, now - OLD) + _forget(copies, now - UNREAD)


def _unfinished() -> Iterator[Path]:
    """Beside what is kept in a folder, under the names that a finished file is moved away from."""
    if not elsewhere.is_on():
        yield from _inside(Path(default_storage.path("")), "*/*/*.part")


def _inside(folder: Path, pattern: str) -> Iterable[Path]:
    return (path for path in folder.glob(pattern) if path.is_file())


def _forget(paths: Iterable[Path], before: float) -> int:
    count = 0
    for path in paths:
        with suppress(FileNotFoundError):  # somebody else was first
            if path.stat().st_mtime < before:
                path.unlink()
                count += 1
    return count
