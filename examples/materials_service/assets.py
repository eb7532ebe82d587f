"""Assets as the platform puts them into the body, and the fetching of a file's content."""

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, Field

from examples.materials_service.refusal import Refusal
from examples.materials_service.run import client


class FileInput(BaseModel):
    """A file asset: facts about it and a signed address that needs no credentials."""

    url: str = Field(description="Address of the content.", pattern="^https?://")
    name: str = Field("file", description="Name of the asset.", max_length=500)
    filename: str | None = None
    extension: str | None = None

    def suffix(self) -> str:
        """The extension in lower case without a dot, from the best source there is."""
        path = self.filename or urlsplit(self.url).path
        return (self.extension or PurePosixPath(path).suffix).lstrip(".").lower()


class DatasetInput(BaseModel):
    """A dataset asset with its rows."""

    name: str = Field("dataset", max_length=500)
    data: list[dict[str, Any]] = Field(description="The rows.", max_length=200_000)


def fetch(file: FileInput, limit: int) -> bytes:
    """The content of a file of at most `limit` bytes."""
    try:
        return _download(file.url, limit)
    except httpx.HTTPStatusError as error:
        # Not in the words of the library: the address in them opens the file for who reads them.
        raise Refusal(
            could_not(file, f"its address answers {error.response.status_code}")
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refusal(could_not(file, str(error) or "the connection was lost")) from None


def could_not(file: FileInput, reason: str) -> str:
    return f"The file “{file.name}” could not be fetched: {reason}."


def _download(url: str, limit: int) -> bytes:
    content = bytearray()
    with client().stream("GET", url, timeout=30, follow_redirects=True) as answer:
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > limit:
                raise Refusal(f"The file is larger than {limit // 1000} kB, the most this takes.")
    return bytes(content)
