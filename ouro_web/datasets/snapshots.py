"""A dataset of the answer of a query over another, kept with the query that made it."""

from django.core.exceptions import ValidationError

from ouro_web.assets import blobs
from ouro_web.assets.placement import Placement
from ouro_web.datasets import making, query, tables
from ouro_web.datasets.models import Dataset
from ouro_web.datasets.placeholder import fill


def create(placement: Placement, dataset: Dataset, *, name: str, sql: str) -> Dataset:
    """For those who may read the rows. Raises ValidationError at "name" or "sql"."""
    if not name.strip():
        raise ValidationError({"name": "Give the dataset a name."})
    text = query.readable_text(sql)
    with query.one_of_few(placement.owner.pk):
        table = making.snapshot(blobs.local_path(dataset.blob), text, fill(text))
    return tables.saved(placement, table, name=name, query=text, snapshot_of=dataset)
