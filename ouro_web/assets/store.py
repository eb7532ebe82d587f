"""An S3 store that others may reach under another address than this site does."""

from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from storages.backends.s3 import S3Storage


class Store(S3Storage):  # type: ignore[misc]  # it has no types
    """`public_endpoint` is the address in links for others: None is the one that this site uses,
    and NO_LINKS says that others do not reach the store at all."""

    public_endpoint: str | None
    NO_LINKS = "no"

    def get_default_settings(self) -> dict[str, Any]:
        return {**super().get_default_settings(), "public_endpoint": None}

    @property
    def has_links(self) -> bool:
        return self.public_endpoint != self.NO_LINKS

    @cached_property
    def signer(self) -> Any:
        """It only signs addresses, and asks the store nothing."""
        return self._create_session().client(
            "s3",
            region_name=self.region_name,
            endpoint_url=self.public_endpoint or self.endpoint_url,
            config=self.client_config,
        )

    @cached_property
    def origin(self) -> str:
        """Where its links lead, as a page's policy names it."""
        place = {"Bucket": self.bucket_name, "Key": "any"}
        link = urlsplit(self.signer.generate_presigned_url("get_object", Params=place))
        return f"{link.scheme}://{link.netloc}"
