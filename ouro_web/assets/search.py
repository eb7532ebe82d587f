"""Find assets by words, kind and scope. The caller passes the rows the person may see."""

import difflib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, FloatField, Func, Value
from django.db.models.expressions import Combinable

from ouro_web.assets import facets, words
from ouro_web.assets.facets import Chosen, Facts
from ouro_web.assets.models import Asset, AssetQuerySet

MOST = 2_000  # hits that are looked at: more than sixty pages of thirty
WORDS = 8  # more add cost and no sense
# Words that say nothing, unless there is no other.
EMPTY = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "is", "it", "of", "on", "or",
     "the", "to", "with")
)  # fmt: skip
CANDIDATES = 4_000
CLOSE = 0.75


def find(rows: AssetQuerySet, text: str) -> AssetQuerySet:
    """Rows in whose name, address, facts, description or content every word appears, also as the
    beginning of one or in another form (relax, relaxed). All rows without a text."""
    if not text.strip():
        return rows
    said = wanted(text)
    if not said:
        return rows.none()
    return rows.filter(search_text__found__words__matches=said)


def by_relevance(rows: AssetQuerySet, text: str) -> AssetQuerySet:
    """Found rows, best first: words in the name count most, then those of facts and description."""
    return rows.order_by(_rank(text), "-pk")


def _rank(text: str) -> Combinable:
    """The smaller, the better."""
    if connection.vendor != "postgresql":
        return F("search_text__found__rank")
    query = Func(Value("english"), Value(words.as_tsquery(wanted(text))), function="to_tsquery")
    rank = Func(F("search_text__found__words"), query, function="ts_rank_cd")
    return Func(rank, template="-(%(expressions)s)", output_field=FloatField())


@dataclass(frozen=True)
class Hits:
    """What was found, best first, or newest first without words. Of very much, the newest: a word
    that nearly everything has says little, and to weigh and count all of it costs the more."""

    rows: list[tuple[uuid.UUID, Facts]]
    more: bool  # there are older ones, too

    @property
    def ids(self) -> list[uuid.UUID]:
        return [pk for pk, _ in self.rows]


def hits(rows: AssetQuerySet, text: str) -> Hits:
    if not text.strip():
        return _hits(rows.annotate(weight=Value(0.0)).order_by("-pk"))
    if not wanted(text):
        return Hits([], more=False)
    found = find(rows, text).annotate(weight=_rank(text))
    return _hits(found.order_by("-search_text__found__row"))


def _hits(rows: AssetQuerySet) -> Hits:
    found = list(rows.values_list("pk", "weight", *facets.columns())[: MOST + 1])
    best = sorted(found[:MOST], key=lambda row: row[1])
    return Hits([(row[0], Facts(*row[2:])) for row in best], len(found) > MOST)


def narrowed(every: Hits, rows: AssetQuerySet, text: str, chosen: Chosen) -> Hits:
    """Those of the hits that fit what was chosen. Of very many the database is asked anew, since
    those that fit may be among the older ones."""
    if not chosen:
        return every
    if every.more:
        return hits(facets.narrowed(rows, chosen), text)
    return Hits([row for row in every.rows if facets.fits(row[1], chosen)], more=False)


def in_order(ids: Sequence[uuid.UUID]) -> list[Asset]:
    """The assets with these ids as they come, ready to be shown as cards."""
    rows = {asset.pk: asset for asset in Asset.objects.filter(pk__in=ids).for_cards()}
    return [rows[pk] for pk in ids if pk in rows]


def corrected(rows: AssetQuerySet, text: str) -> str:
    """The text with words replaced by close ones with which something is found among the rows;
    "" when there is none. Says no word that is in none of the rows."""
    better = [_closest(word) for word in wanted(text)]
    said = " ".join(better)
    if better == wanted(text) or not find(rows, said).exists():
        return ""
    return said


def wanted(text: str) -> list[str]:
    """The words of a text that are looked for."""
    said = words.split(text)
    return [word for word in said if word not in EMPTY][:WORDS] or said[:WORDS]


def _closest(word: str) -> str:
    """The word itself where something begins with it."""
    known = words.SearchWord.objects.filter(word__startswith=word[:1])
    if known.filter(word__startswith=word).exists():
        return word
    alike = known.values_list("word", flat=True)[:CANDIDATES]
    return next(iter(difflib.get_close_matches(word, alike, n=1, cutoff=CLOSE)), word)


def of_kinds(rows: AssetQuerySet, kinds: Iterable[str]) -> AssetQuerySet:
    chosen = list(kinds)
    return rows.filter(asset_type__in=chosen) if chosen else rows


def count_by_kind(rows: AssetQuerySet) -> dict[str, int]:
    counted = rows.order_by().values("asset_type").annotate(number=Count("pk"))
    return {row["asset_type"]: row["number"] for row in counted}


def as_id(text: str) -> uuid.UUID | None:
    """The id in a pasted text or link, if that is all it holds."""
    last = text.strip().strip("/").rpartition("/")[2]
    last = last.rpartition(":")[2]  # file:<id>, as in a post
    try:
        return uuid.UUID(last)
    except ValueError:
        return None
