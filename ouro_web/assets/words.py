"""The words by which assets are found. Each has one row of them, kept when it is saved; SQLite's
FTS5 and PostgreSQL's full text each have an index over that table, made by a migration, behind one
view of the same name and one lookup.

Only what every viewer of an asset may know is indexed: the content of things that are paid for
stays out, since they are visible to people who may not read them.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from ouro_web.assets.access import Visibility

LONGEST = 100_000  # characters of content
MOST_NEW = 2_000  # words of one asset that are kept for corrections
# Chinese and Japanese put no spaces between words, so each sign of theirs is one.
_SIGN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(f"[{_SIGN}]|[^\\W_{_SIGN}]+")
KEPT = re.compile(r"[a-z]{4,30}")


class SearchText(models.Model):
    """Plain words, small letters, without accents, so that both databases cut them alike."""

    asset = models.OneToOneField(
        "assets.Asset", on_delete=models.CASCADE, related_name="search_text"
    )
    title = models.TextField()
    about = models.TextField()
    content = models.TextField()

    def __str__(self) -> str:
        return self.title


class FoundText(models.Model):
    """The index: a virtual table in SQLite, a view in PostgreSQL."""

    row = models.OneToOneField(
        SearchText, models.DO_NOTHING, primary_key=True, db_column="rowid", related_name="found"
    )
    words = models.TextField(db_column="asset_words")
    rank = models.FloatField()  # only SQLite fills it

    class Meta:
        managed = False
        db_table = "asset_words"

    def __str__(self) -> str:
        return str(self.pk)


class SearchWord(models.Model):
    """Every word there is, to correct those that nobody wrote."""

    word = models.CharField(max_length=30, primary_key=True)

    def __str__(self) -> str:
        return self.word


class Matches(models.Lookup):
    lookup_name = "matches"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return self._between("MATCH %s", compiler, connection, as_fts5(self.rhs))

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        condition = "@@ to_tsquery('english', %s)"
        return self._between(condition, compiler, connection, as_tsquery(self.rhs))

    def _between(
        self, condition: str, compiler: Any, connection: Any, query: str
    ) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} {condition}", [*parameters, query]


models.TextField.register_lookup(Matches)


def as_fts5(words: list[str]) -> str:
    return " ".join(f'"{word}"*' for word in words)


def as_tsquery(words: list[str]) -> str:
    return " & ".join(f"{word}:*" for word in words)


def split(text: str) -> list[str]:
    """The words of a text as they are indexed: small letters without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return WORD.findall(bare)


def index(*assets: Any) -> None:
    """Puts down the words of assets, or of the rows of their kinds, anew."""
    tags = _tags_of(assets)
    rows = [_row(asset, tags.get(asset.pk, "")) for asset in assets]
    SearchText.objects.bulk_create(
        rows,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["asset"],
        update_fields=["title", "about", "content"],
    )
    kept: set[str] = set()
    for row in rows:
        said = {*row.title.split(), *row.about.split(), *row.content.split()}
        kept.update(sorted(word for word in said if KEPT.fullmatch(word))[:MOST_NEW])
    words = [SearchWord(word) for word in sorted(kept)]
    SearchWord.objects.bulk_create(words, batch_size=500, ignore_conflicts=True)


def _tags_of(assets: Sequence[Any]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    rows = apps.get_model("assets.AssetTag")._base_manager
    named = rows.filter(asset__in=[asset.pk for asset in assets])
    for pk, name in named.values_list("asset", "tag__name"):
        found[pk] = f"{found.get(pk, '')} {name}"
    return found


def _row(asset: Any, tags: str) -> SearchText:
    thing = _whole(asset)
    paid = Visibility.MONETIZED in (thing.visibility, thing.effective_visibility)
    content = "" if paid else thing.searched_content[:LONGEST]
    return SearchText(
        asset_id=asset.pk,
        title=" ".join(split(thing.name)),
        about=" ".join(
            split(f"{thing.namespace} {tags} {thing.searched_facts} {thing.description}")
        ),
        content=" ".join(split(content)),
    )


def _whole(asset: Any) -> Any:
    """With the columns of its kind, which say more than those that all share."""
    if asset._meta.model_name != "asset":
        return asset
    try:
        return asset.kind
    except ObjectDoesNotExist:
        return asset
