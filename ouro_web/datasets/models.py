from django.conf import settings
from django.db import models
from django.utils import timezone

from ouro_web.assets.models import Asset
from ouro_web.lib.ids import uuid7


class Stored(models.Model):
    """Rows in one Parquet file, and what was declared of them."""

    blob = models.CharField(max_length=255)  # the key of the Parquet file in the storage
    # [{"name", "type"}] in order; where they are declared also "label", "required",
    # "enum_values", and for references to things here "ref_kind" and "asset_type".
    columns = models.JSONField(default=list)
    indexes = models.JSONField(default=list, blank=True)  # [{"name", "columns", "unique"}]
    row_count = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)  # of the Parquet file
    # Whose rows these are, and since when.
    version = models.PositiveIntegerField(default=1)
    content_at = models.DateTimeField(default=timezone.now)
    content_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    pinned = models.BooleanField(default=False)  # a run used these rows, so they stay

    class Meta:
        abstract = True


class Dataset(Asset, Stored):  # noqa: DJ008 - an asset says its name
    """A table, read with SQL, as it is now; DatasetVersion has what it was before."""

    asset = models.OneToOneField(
        Asset,
        on_delete=models.CASCADE,
        parent_link=True,
        primary_key=True,
        related_name="as_dataset",
    )
    table_name = models.CharField(max_length=100)
    # A snapshot is the answer of a query over another dataset, at the time it was made.
    snapshot_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="snapshots"
    )
    query = models.TextField(blank=True)
    # {"blob": the file it describes, "columns": [...]}, made when somebody first looks.
    profile = models.JSONField(default=dict, blank=True)

    SEARCHED = Asset.SEARCHED | {"columns"}

    @property
    def blobs(self) -> list[str]:
        """Every key that goes when the dataset goes."""
        more = (self.versions, self.sorted_tables)
        keys = {key for rows in more for key in rows.values_list("blob", flat=True) if key}
        return list({self.blob, *keys})

    @property
    def searched_content(self) -> str:
        return " ".join(str(column.get("name", "")) for column in self.columns)


class DatasetVersion(Stored):
    """What a dataset held before its rows were written."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "version"], name="one_dataset_version")
        ]
        # Whether a table that was replaced is named by a version still.
        indexes = [models.Index(fields=["blob"], name="dataset_version_blob")]

    def __str__(self) -> str:
        return f"version {self.version}"


class SavedView(models.Model):
    """A query over a dataset, and how its result is drawn."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="views")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, max_length=20_000)
    sql = models.TextField(blank=True)
    config = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """A file that somebody is making a dataset of: looked at, then imported."""

    class State(models.TextChoices):
        REVIEW = "review", "Waiting for its columns to be checked"
        QUEUED = "queued", "Waiting for its turn"
        RUNNING = "running", "Being read"
        DONE = "done", "Done"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Rows for this dataset; without one a new dataset is made.
    target = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    blob = models.CharField(max_length=255)
    filename = models.CharField(max_length=255)
    format = models.CharField(max_length=10)
    size = models.BigIntegerField(default=0)
    encoding = models.CharField(max_length=20, blank=True)
    options = models.JSONField(default=dict, blank=True)
    columns = models.JSONField(default=list, blank=True)  # [{"from", "name", "type"}] as found
    sample = models.JSONField(default=list, blank=True)
    # What the person chose: the columns, the name and the place of a new dataset, how to write.
    choice = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.REVIEW)
    percent = models.FloatField(default=0)
    error = models.TextField(blank=True)
    made = models.ForeignKey(
        Dataset, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    heard_at = models.DateTimeField(null=True, blank=True)  # of the process that reads it

    def __str__(self) -> str:
        return self.filename


class SortedTable(models.Model):
    """A table in the order of a column, for its pages; without a blob until it is made."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="sorted_tables")
    source = models.CharField(max_length=255)  # the key of the table that was sorted
    order = models.CharField(max_length=70)  # a column, with a hyphen for the largest first
    blob = models.CharField(max_length=255, blank=True)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "order"], name="one_order")]

    def __str__(self) -> str:
        return self.order


class RetiredTable(models.Model):
    """A Parquet file that a write has replaced. It stays for those who are reading it."""

    blob = models.CharField(max_length=255)
    retired_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.blob
