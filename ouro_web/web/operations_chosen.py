"""Which of many operations are taken, over several pages: what is ticked on one is kept with the
draft when another is asked for, so that it works the same without script."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ouro_web.services import offered
from ouro_web.services.models import SpecDraft
from ouro_web.services.openapi import RouteDraft
from ouro_web.web.http import SignedInRequest
from ouro_web.web.operations_found import Row, rows_of
from ouro_web.web.paging import NUMBERED_SIZE

ORDERS = ("all", "none")


@dataclass(frozen=True)
class Chosen:
    """`rows` are those of one page; `taken` counts on all of them, `offers` are the pickers that
    are wanted, None for all. `is_asked` says that the page was posted to see another one of it."""

    rows: list[Row]
    taken: set[str]
    offers: set[str] | None
    number: int
    pages: int
    total: int
    is_asked: bool = False

    @property
    def first(self) -> int:
        return (self.number - 1) * NUMBERED_SIZE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def number_taken(self) -> int:
        return len(self.taken)


def chosen(
    request: SignedInRequest,
    draft: SpecDraft,
    operations: Sequence[RouteDraft],
    usual: Collection[str],
) -> Chosen:
    """What is taken now of these, and the page that is asked for; `usual` are those that are taken
    until somebody says otherwise."""
    kept = draft.chosen
    taken = set(kept.get("take", usual))
    offers = set(kept["offer"]) if "offer" in kept else None
    pages = max(1, -(-len(operations) // NUMBERED_SIZE))
    posted = request.POST
    order = posted.get("_do", "")
    if request.method == "POST":
        shown = _page(operations, posted.get("page", ""), pages) if "page" in posted else operations
        keys = {item.key for item in shown}
        taken = (taken - keys) | (set(posted.getlist("take")) & keys)
        values = {value for item in shown for value, _ in offered.of(item)}
        before = {value for item in operations for value, _ in offered.of(item)}
        offers = ((before if offers is None else offers) - values) | (
            set(posted.getlist("offer")) & values
        )
        if order in ORDERS:
            taken = {item.key for item in operations} if order == "all" else set()
        draft.chosen = {"take": sorted(taken), "offer": sorted(offers)}
        draft.save(update_fields=["chosen"])
    asked = order.removeprefix("page:") if order.startswith("page:") else posted.get("page", "")
    number = _number(asked, pages)
    return Chosen(
        rows=rows_of(_page(operations, asked, pages), taken, offers),
        taken=taken & {item.key for item in operations},
        offers=offers,
        number=number,
        pages=pages,
        total=len(operations),
        is_asked=order in ORDERS or order.startswith("page:"),
    )


def _page(operations: Sequence[RouteDraft], asked: str, pages: int) -> Sequence[RouteDraft]:
    first = (_number(asked, pages) - 1) * NUMBERED_SIZE
    return operations[first : first + NUMBERED_SIZE]


def _number(asked: str, pages: int) -> int:
    is_number = asked.isdecimal() and len(asked) < 7
    return min(max(int(asked), 1), pages) if is_number else 1
