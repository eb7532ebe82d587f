"""Screening plan: choose alloys that meet some targets and share them out over the working days.

The request is rich on purpose: nested objects, lists of objects, a choice of two samplings, dates,
patterns, null, parameters in path and query.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from ouro.utils import ouro_outputs
from pydantic import BaseModel, Field

from examples.materials_service import plot
from examples.materials_service.mixtures import Candidate, Property, Range, Target, ranked
from examples.materials_service.refusal import Refusal
from examples.materials_service.run import CurrentRun, Result

router = APIRouter(tags=["plans"])


class Instrument(StrEnum):
    """What the laboratory has."""

    SPUTTER = "sputter"
    FURNACE = "furnace"
    XRD = "xrd"
    NANOINDENTER = "nanoindenter"


class Contact(BaseModel):
    """Who answers questions about the campaign."""

    name: str = Field(min_length=1, max_length=80)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", examples=["aiko@demo.example"])


class Budget(BaseModel):
    """What the campaign may use."""

    hours: float = Field(40, gt=0, le=2000, description="Instrument hours in all.")
    cost_per_hour: float | None = Field(None, ge=0, description="In euros; not given when free.")


class Campaign(BaseModel):
    """Who does it, with what, until when."""

    contact: Contact
    budget: Budget = Field(default_factory=Budget)
    instruments: list[Instrument] = Field(
        [Instrument.SPUTTER, Instrument.XRD], min_length=1, description="Used one after the other."
    )
    review_at: datetime | None = Field(None, description="Date and time of the review, if any.")


class Grid(BaseModel):
    """All compositions on a regular grid."""

    kind: Literal["grid"] = "grid"
    steps: int = Field(6, ge=2, le=20, description="Steps from the least to the most.")

    def amount(self) -> int:
        return self.steps


class Draw(BaseModel):
    """Compositions drawn at random."""

    kind: Literal["random"] = "random"
    samples: int = Field(50, ge=1, le=1000)
    seed: int | None = Field(None, ge=0, description="The same seed draws the same compositions.")

    def amount(self) -> int:
        return self.samples


Sampling = Annotated[Grid | Draw, Field(discriminator="kind")]
Tag = Annotated[str, Field(pattern="^[a-z0-9-]{1,24}$")]


class PlanRequest(BaseModel):
    """What to look for, where, and when."""

    title: str = Field(min_length=3, max_length=80, examples=["Hard and light nickel alloys"])
    start: date = Field(description="First working day.")
    ranges: list[Range] = Field(
        min_length=2, max_length=5, description="Elements of the alloy and how much of each."
    )
    targets: list[Target] = Field(
        [
            Target(property=Property.BULK_MODULUS, minimum=160),
            Target(property=Property.DENSITY, maximum=7),
        ],
        min_length=1,
        max_length=4,
        description="What the alloy should be like.",
    )
    sampling: Sampling = Field(Grid(), description="How compositions are chosen.")
    campaign: Campaign
    tags: list[Tag] = Field([], max_length=8)
    notes: str | None = Field(None, max_length=2000, description="Anything else.")


@ouro_outputs({"plan_page": {"asset_type": "file", "file_extensions": ["html"], "primary": True}})
@router.post("/projects/{project}/screening-plans", summary="Screening plan")
def screening_plan(
    project: Annotated[str, Path(pattern="^[A-Z]{2,5}-[0-9]{3}$", examples=["NI-042"])],
    request: PlanRequest,
    run: CurrentRun,
    per_day: Annotated[int, Query(ge=1, le=20, description="Samples made in a day.")] = 4,
    weekends: Annotated[bool, Query(description="Work on Saturdays and Sundays.")] = False,
    skip: Annotated[list[date] | None, Query(description="Days on which nobody works.")] = None,
) -> dict[str, Any]:
    """Rank alloy compositions by how well they meet the targets and make a calendar of the best.

    Properties are mixed from those of the pure metals, which the EMT potential gives: good enough
    to plan with, no more.
    """
    seed = request.sampling.seed if isinstance(request.sampling, Draw) else None
    kind, amount = request.sampling.kind, request.sampling.amount()
    found = ranked(request.ranges, request.targets, kind, amount, seed)
    if not found:
        raise Refusal("No composition adds up to 1 within these ranges; widen them.")
    affordable = found[: max(1, int(request.campaign.budget.hours / hours_each(request.campaign)))]
    run.log(f"{len(found)} compositions, {len(affordable)} within the budget.")
    days = calendar(request.start, affordable, per_day, weekends, frozenset(skip or []))
    return answer(project, request, days)


def hours_each(campaign: Campaign) -> float:
    """Two hours on each instrument."""
    return 2.0 * len(set(campaign.instruments))


Calendar = list[tuple[date, Candidate]]


def calendar(
    start: date, chosen: list[Candidate], per_day: int, weekends: bool, skip: frozenset[date]
) -> Calendar:
    """Share the candidates out over the working days."""
    day, left, days = start, per_day, []
    for candidate in chosen:
        while left == 0 or day in skip or (not weekends and day.weekday() > 4):
            day, left = next_day(day), per_day
        days.append((day, candidate))
        left -= 1
    return days


def next_day(day: date) -> date:
    if day >= date(9999, 12, 30):
        raise Refusal("The plan runs past the end of the calendar; start earlier.")
    return day + timedelta(days=1)


def answer(project: str, request: PlanRequest, days: Calendar) -> Result:
    cost = request.campaign.budget.cost_per_hour
    hours = hours_each(request.campaign) * len(days)
    lines = [{"day": day.isoformat(), **candidate.facts()} for day, candidate in days]
    return {
        "project": project,
        "title": request.title,
        "tags": request.tags,
        "samples": len(days),
        "hours": hours,
        "cost": None if cost is None else round(hours * cost, 2),
        "last_day": days[-1][0].isoformat(),
        "plan": lines,
        "plan_page": plan_page(project, request, lines),
    }


def plan_page(project: str, request: PlanRequest, lines: list[Result]) -> Result:
    title = f"{project}: {request.title}"
    about = f"{len(lines)} samples from {lines[0]['day']} to {lines[-1]['day']}."
    head = tuple(lines[0])
    scores = [(float(rank), line["score"]) for rank, line in enumerate(lines, start=1)]
    drawing = plot.lines_plot("Score by rank", ("rank", "score"), [scores], dots=scores[:60])
    table = plot.html_table(head, [tuple(line.values()) for line in lines])
    return plot.html_file(title, about, drawing, table)
