"""The files of one upload: a document, several files of one, or an archive of them."""

import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from ouro_web.services.openapi import MAX_BYTES, DocumentError, text_of

MOST_ENTRIES = 2000
SMALL = 128 * 1024
ENDINGS = (".json", ".yaml", ".yml", ".md", ".txt")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ROOT = re.compile(r"""^\s*[{,]?\s*["']?(?:openapi|swagger)["']?\s*:""", re.MULTILINE)


@dataclass(frozen=True)
class Unpacked:
    """The document itself, its name, and the files beside it by name."""

    text: str
    name: str
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_small(self) -> bool:
        """Whether it may be read while somebody waits."""
        return sum(map(len, (self.text, *self.files.values()))) <= SMALL

    def fetch(self, name: str) -> str:
        """By its path; a browser sends no folders with several files, so then by its last name.
        Raises DocumentError."""
        if name in self.files:
            return self.files[name]
        last = name.rpartition("/")[2]
        named = [key for key in self.files if key.rpartition("/")[2] == last]
        if len(named) != 1 or "://" in name:
            raise DocumentError(f"{name} is not among the files given.")
        return self.files[named[0]]


def unpacked(uploads: Iterable[tuple[str, bytes]]) -> Unpacked:
    """Raises DocumentError."""
    files: dict[str, str] = {}
    size = 0
    for name, data in uploads:
        for key, content in _entries(name, data):
            size += len(content)
            if size > MAX_BYTES:
                raise DocumentError(f"The files hold more than {MAX_BYTES // 2**20} MB together.")
            files[key] = _text(key, content)
    return _with_root(files)


def _text(name: str, content: bytes) -> str:
    try:
        return text_of(content)
    except DocumentError as error:
        raise DocumentError(f"{name}: {error}") from None


def _entries(name: str, data: bytes) -> Iterable[tuple[str, bytes]]:
    if not data.startswith(_ZIP):
        yield name.replace("\\", "/").rpartition("/")[2] or "document", data
        return
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            yield from _inflated(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise DocumentError(f"{name} cannot be unpacked: {error}.") from None
    except zipfile.zlib.error as error:  # type: ignore[attr-defined]  # the module it imports
        raise DocumentError(f"{name} cannot be unpacked: {error}.") from None


def _inflated(archive: zipfile.ZipFile) -> Iterable[tuple[str, bytes]]:
    """Only what can belong to a document, and of each no more than the limit and a byte."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise DocumentError(f"The archive has more than {MOST_ENTRIES:,} entries.")
    left = MAX_BYTES
    for entry in entries:
        name = entry.filename
        hidden = any(part.startswith((".", "__")) for part in name.split("/"))
        if entry.is_dir() or hidden or not name.lower().endswith(ENDINGS):
            continue
        with archive.open(entry) as stream:
            content = stream.read(left + 1)
        left -= len(content)
        yield name, content
        if left < 0:
            return


def _with_root(files: dict[str, str]) -> Unpacked:
    """The root says which OpenAPI version it is in; of several the one nearest to the top."""
    if len(files) == 1:
        name, text = next(iter(files.items()))
        return Unpacked(text, name)
    roots = [name for name, text in files.items() if _ROOT.search(text[:20_000])]
    if not roots:
        names = ", ".join(sorted(files)[:5]) or "none"
        raise DocumentError(f"None of the files is an OpenAPI document (there are: {names}).")
    root = min(roots, key=lambda name: (name.count("/"), not _usual(name), name))
    others = {name: text for name, text in files.items() if name != root}
    return Unpacked(files[root], root, others)


def _usual(name: str) -> bool:
    return name.rpartition("/")[2].lower().startswith(("openapi", "swagger", "index"))
