from django.conf import settings
from django.db import models
from django.utils import timezone

from ouro_web.assets.models import Asset
from ouro_web.lib.ids import uuid7


class Stored(models.Model):
    """Bytes in the storage. The stored name is ours; the person's name for it is only data."""

    blob = models.CharField(max_length=255, blank=True)  # the key in the storage
    filename = models.CharField(max_length=255)
    extension = models.CharField(max_length=12, blank=True)
    media_type = models.CharField(max_length=100, default="application/octet-stream")
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    # What was read out of the content once: formula and cell, image size, columns.
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True


class File(Asset, Stored):  # noqa: DJ008 - an asset says its name
    """Bytes of any kind, as they are now; FileVersion has what they were before."""

    asset = models.OneToOneField(
        Asset, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_file"
    )
    version = models.PositiveIntegerField(default=1)
    content_at = models.DateTimeField(default=timezone.now)
    content_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    pinned = models.BooleanField(default=False)  # a run used these bytes, so they stay

    class Meta:
        indexes = [
            models.Index(fields=["extension"], name="file_extension"),
            # Whether these bytes are here already.
            models.Index(fields=["sha256"], name="file_sha256"),
        ]

    @property
    def blobs(self) -> list[str]:
        """Every key that goes when the file goes."""
        return list({self.blob, *self.versions.values_list("blob", flat=True)})

    SEARCHED = Asset.SEARCHED | {"filename"}

    @property
    def searched_facts(self) -> str:
        return self.filename


class FileVersion(Stored):
    """What a file held before its content was replaced."""

    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    content_at = models.DateTimeField()
    content_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    pinned = models.BooleanField(default=False)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["file", "version"], name="one_file_version")]

    def __str__(self) -> str:
        return f"{self.filename}, version {self.version}"


class Upload(Stored):
    """Bytes that came before the file they are for, or that are still to come: in parts, to a
    signed link, or from an address. The file made of one takes its id, as programs expect."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads"
    )
    visibility = models.CharField(max_length=12, default="private")
    # While it comes in parts: how much was announced, and how much is on the disk.
    length = models.BigIntegerField(null=True, blank=True)
    arrived = models.BigIntegerField(default=0)
    # What a store elsewhere calls it, while a page sends its parts there.
    multipart = models.CharField(max_length=1024, blank=True)
    # Where this site fetches it from itself, and why that did not go well.
    address = models.CharField(max_length=2000, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.filename
