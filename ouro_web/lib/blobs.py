"""STORAGE_URL -> Django's STORAGES entry for people's files."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ouro_web.lib.env import BadSetting


def from_url(url: str, default_path: Path) -> dict[str, Any]:
    """s3://key:secret@bucket/prefix?endpoint=https://...&region=...; without a key and secret, the
    store's own ways of finding them apply. Files are private: the site hands them out, by links to
    the store. `public=https://...` is its address in them, `public=no` is for a store that others
    do not reach: then all bytes go through the site."""
    if not url:
        options: dict[str, Any] = {"location": default_path, "file_permissions_mode": 0o600}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.hostname:
        raise BadSetting("STORAGE_URL must look like s3://key:secret@bucket/prefix.")
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = asked.keys() - {"endpoint", "region", "public"}
    if unknown:
        raise BadSetting(
            f"STORAGE_URL knows endpoint, region and public, not {', '.join(sorted(unknown))}."
        )
    options = {
        "bucket_name": parts.hostname,
        "location": parts.path.strip("/"),
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "endpoint_url": asked.get("endpoint"),
        "region_name": asked.get("region"),
        "public_endpoint": asked.get("public"),
        "default_acl": None,
        "querystring_auth": True,
        "signature_version": "s3v4",
        # Names are ours, and never given twice but to the same bytes.
        "file_overwrite": True,
    }
    return {"BACKEND": "ouro_web.assets.store.Store", "OPTIONS": options}
