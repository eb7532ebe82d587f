"""Keys that are made once and kept in a file only its owner can read."""

import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path


def read_or_make(path: Path) -> str:
    """32 random bytes as URL-safe base64 (44 characters, the shape of a Fernet key)."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    key = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # the other process was first
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key
