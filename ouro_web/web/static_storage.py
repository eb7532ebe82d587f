"""Static files with hashed names, compressed, and few enough that a first visit is quick."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import brotli
from django.core.files.base import ContentFile
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r'^@import "([\w./-]+)";$', re.MULTILINE)
SHEETS = ("site.css",)
LARGE = 200_000


class QuickCompressor(Compressor):  # type: ignore[misc]  # has no types
    """The last tenth of the size of a large library takes twenty times as long, at each change."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=9 if len(data) > LARGE else 11))


class SiteStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Puts the sheets that site.css imports in its place, and gives modules the hashed names of
    the modules they import."""

    support_js_module_import_aggregation = True

    def create_compressor(self, **kwargs: Any) -> QuickCompressor:
        return QuickCompressor(**kwargs)

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Only what pages name: the copies under plain names are for whoever types one."""
        hashed = set(self.hashed_files.values())
        yield from super().compress_files([path for path in paths if path in hashed])

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if not dry_run:
            for name in SHEETS:
                if name in paths:
                    paths[name] = self._joined(name, paths)
        yield from super().post_process(paths, dry_run, **options)

    def _joined(self, name: str, paths: dict[str, Any]) -> tuple[Any, str]:
        text = IMPORT.sub(lambda found: _read(found[1], paths), _read(name, paths))
        self.delete(name)
        return self, self._save(name, ContentFile(text.encode()))


def _read(name: str, paths: dict[str, Any]) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return bytes(file.read()).decode()
