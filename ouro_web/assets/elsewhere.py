"""A storage on other machines (S3): objects read in parts, and addresses of the store's own that
take or give bytes without credentials. With the local folder none of this applies."""

import io
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.utils.http import content_disposition_header

AT_ONCE = 256 << 10  # of what is read ahead where little is asked for
NOT_THERE = {"404", "NoSuchKey", "NotFound", "NoSuchUpload"}


def is_on() -> bool:
    return hasattr(default_storage, "bucket_name")


def has_links() -> bool:
    """Whether others may be sent to the store itself."""
    return is_on() and bool(cast(Any, default_storage).has_links)


def origin() -> str:
    """Where a page that sends to the store connects to; "" where it may not."""
    return cast(Any, default_storage).origin if has_links() else ""


def size_of(key: str) -> int | None:
    """Bytes of an object; None where there is none."""
    from botocore.exceptions import ClientError  # comes with the extra that brings the store

    try:
        return int(_client().head_object(**_place(key))["ContentLength"])
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_THERE:
            return None
        raise


def opened(key: str) -> BinaryIO:
    """The object as a file that may be sought in. Raises FileNotFoundError."""
    size = size_of(key)
    if size is None:
        raise FileNotFoundError(key)
    return cast(BinaryIO, io.BufferedReader(_Object(key, size), AT_ONCE))


def address(key: str, *, filename: str, media_type: str, seconds: int) -> str:
    """Whoever has it has the bytes, as a download under this name, until it expires."""
    told = {
        "ResponseContentDisposition": content_disposition_header(True, filename) or "attachment",
        "ResponseContentType": media_type,
        "ResponseCacheControl": "private, no-store",
    }
    return _signed("get_object", key, seconds, told)


def upload_address(key: str, *, seconds: int) -> str:
    """Takes the bytes of a PUT, as often as somebody sends some, until it expires."""
    return _signed("put_object", key, seconds, {})


@dataclass(frozen=True)
class Part:
    """One of an object that comes in parts: its number from 1, its bytes, the store's mark."""

    number: int
    size: int
    mark: str


def begin_parts(key: str) -> str:
    """The store's name for an object that comes in parts. There is none until they are joined."""
    return str(_client().create_multipart_upload(**_place(key))["UploadId"])


def part_address(key: str, name: str, number: int, *, seconds: int) -> str:
    """Takes the bytes of one part, as often as somebody sends some, until they are joined."""
    return _signed("upload_part", key, seconds, {"UploadId": name, "PartNumber": number})


def parts_of(key: str, name: str) -> list[Part] | None:
    """Those that have come; None when they are joined, or given up."""
    from botocore.exceptions import ClientError

    pages = _client().get_paginator("list_parts").paginate(**_place(key), UploadId=name)
    try:
        found = [each for page in pages for each in page.get("Parts", [])]
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_THERE:
            return None
        raise
    return [Part(each["PartNumber"], each["Size"], each["ETag"]) for each in found]


def join_parts(key: str, name: str, parts: list[Part]) -> None:
    """All of them become the object, at once; their addresses take nothing any more."""
    marks = [{"PartNumber": each.number, "ETag": each.mark} for each in parts]
    place = {**_place(key), "UploadId": name}
    _client().complete_multipart_upload(**place, MultipartUpload={"Parts": marks})


def give_up_parts(key: str, name: str) -> None:
    from botocore.exceptions import ClientError

    try:
        _client().abort_multipart_upload(**_place(key), UploadId=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in NOT_THERE:
            raise


def allows_pages(origin: str) -> bool:
    """Whether the bucket's rules let pages of this origin PUT. Where this site may not read the
    rules, they are trusted."""
    from botocore.exceptions import ClientError

    bucket = {"Bucket": cast(Any, default_storage).bucket_name}
    try:
        rules = _client().get_bucket_cors(**bucket).get("CORSRules", [])
    except ClientError as error:
        return bool(error.response["Error"]["Code"] != "NoSuchCORSConfiguration")
    return any(
        "PUT" in rule["AllowedMethods"] and {"*", origin} & set(rule["AllowedOrigins"])
        for rule in rules
    )


def copy(key: str, to: str) -> None:
    """Within the store; large ones in parts."""
    _client().copy(_place(key), **_place(to))


class _Object(io.RawIOBase):
    """One request gives the bytes from a place on; the next is made after a seek."""

    def __init__(self, key: str, size: int) -> None:
        self.key, self.size, self.at = key, size, 0
        self.body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        if start + offset != self.at:
            self._hang_up()
            self.at = start + offset
        return self.at

    def readinto(self, target: Any) -> int:
        if self.at >= self.size:
            return 0
        if self.body is None:
            asked = _client().get_object(**_place(self.key), Range=f"bytes={self.at}-")
            self.body = asked["Body"]
        piece = self.body.read(len(target))
        target[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _hang_up(self) -> None:
        if self.body is not None:
            self.body.close()
            self.body = None


def _signed(what: str, key: str, seconds: int, told: dict[str, Any]) -> str:
    parameters = {**_place(key), **told}
    signer = cast(Any, default_storage).signer
    found: str = signer.generate_presigned_url(what, Params=parameters, ExpiresIn=seconds)
    return found


def _place(key: str) -> dict[str, str]:
    store = cast(Any, default_storage)
    return {"Bucket": store.bucket_name, "Key": store._normalize_name(key)}


def _client() -> Any:
    return cast(Any, default_storage).connection.meta.client
