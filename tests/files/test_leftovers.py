"""Pieces that killed processes left, and uploads that nobody made a file of."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from ouro_web.assets import leftovers
from ouro_web.files import resumable, uploads
from ouro_web.files.models import Upload
from ouro_web.web import tidying


@pytest.fixture
def incoming(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    settings.DATA_DIR = tmp_path
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return settings.FILE_UPLOAD_TEMP_DIR


def left(path: Path, *, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    then = time.time() - days * 86_400
    os.utime(path, (then, then))
    return path


def test_old_pieces_go_and_fresh_ones_stay(incoming, make_file):
    file = make_file()
    beside = Path(default_storage.path(file.blob))
    old = [
        left(incoming / "tmpabc", days=3), left(incoming / "0199.part", days=3),
        left(beside.with_name("some.part"), days=3),
        left(incoming.parent / "copies/datasets/aa/bb.parquet", days=1.5),
    ]  # fmt: skip
    fresh = [
        left(incoming / "0200.part", days=1.5), left(beside.with_name("new.part"), days=0),
        left(incoming.parent / "copies/datasets/aa/cc.parquet", days=0), beside,
    ]  # fmt: skip
    left(beside, days=900)

    assert leftovers.sweep() == len(old)
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in fresh)


def test_uploads_of_the_day_before_yesterday_are_forgotten_with_their_parts(incoming, alice):
    upload = resumable.begin(alice, filename="a.txt", length=8)
    resumable.append(upload, [b"some"], offset=0)
    tidying.once()
    assert uploads.part_path(upload.pk).exists()
    Upload.objects.update(created_at=timezone.now() - timedelta(days=2))
    tidying.once()
    assert not Upload.objects.exists()
    assert list(incoming.iterdir()) == []
