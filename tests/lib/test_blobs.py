from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages

from ouro_web.lib.blobs import from_url
from ouro_web.lib.env import BadSetting

FOLDER = Path("files")


def test_files_lie_in_the_data_folder_by_default():
    assert from_url("", FOLDER)["OPTIONS"]["location"] == FOLDER


def test_a_bucket_is_named_with_its_keys_and_place():
    url = "s3://key:se%2Fcret@papers/site?endpoint=https://store.example&region=eu"
    storage: Any = storages.create_storage(from_url(url, FOLDER))
    assert storage.bucket_name == "papers"
    assert storage.location == "site"
    assert storage.access_key == "key"
    assert storage.secret_key == "se/cret"
    assert storage.endpoint_url == "https://store.example"


@pytest.mark.parametrize("url", ["papers", "https://papers", "s3:///x", "s3://papers?colour=red"])
def test_an_address_that_is_not_understood_stops_the_start(url):
    with pytest.raises(BadSetting, match="STORAGE_URL"):
        from_url(url, FOLDER)
