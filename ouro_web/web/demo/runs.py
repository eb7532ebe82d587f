"""The runs of the demo, started like anybody's and waited for: web, worker and the materials
service must be up."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ouro_web.accounts.models import User
from ouro_web.actions import run
from ouro_web.actions.call import Call, Destination
from ouro_web.actions.models import Action, ActionAsset, ActionVisibility, Status
from ouro_web.assets.models import Asset
from ouro_web.services.models import Route
from ouro_web.web.demo.people import Cast
from ouro_web.web.demo.samples import STRAIN

PATIENCE = 300  # seconds for one run
PAUSE = 0.25
RELAXING = {"fmax": 0.02, "relax_cell": True, "max_steps": 300, "keep_trajectory": True}
EXPLORING = {"dopant_elements": ["Ag", "Pd"], "random_seed": 7, "max_candidates_per_type": 4}
DESCRIBING = {"columns": ["energy_ev", "pressure_gpa"], "group_by": "metal"}

Say = Callable[[str], None]
Routes = Mapping[str, Route]
Samples = Mapping[str, Asset]


class RunNotFinishedError(Exception):
    """A run of the demo did not end as it should; the text says which and why."""


@dataclass(frozen=True)
class Runs:
    relaxation: Action
    curve: Action
    defects: Action
    refusal: Action


@dataclass(frozen=True)
class Plan:
    """A run to be made; `said` is in the error of one that is meant to fail."""

    user: User
    route: Route
    name: str
    asset: Asset
    body: Mapping[str, Any]
    said: str = ""

    def is_met_by(self, action: Action) -> bool:
        if self.said:
            return action.status == Status.ERROR and self.said in message(action)
        return bool(action.status == Status.SUCCESS)


def make(cast: Cast, routes: Routes, samples: Samples, say: Say) -> Runs:
    """Independent runs go at once; the curve waits for the relaxed file."""
    plans = first_plans(cast, routes, samples)
    started = {key: start(cast, plan, say) for key, plan in plans.items()}
    made = {key: wait(plan, started[key]) for key, plan in plans.items()}
    relaxed = output(made["relaxation"], "relaxed_structure")
    curve = Plan(cast.jonas, routes["equation-of-state"], "structure", relaxed, {})
    runs = Runs(
        relaxation=made["relaxation"],
        curve=wait(curve, start(cast, curve, say)),
        defects=made["defects"],
        refusal=made["refusal"],
    )
    for shown in (runs.relaxation, runs.curve, runs.defects, runs.refusal):
        run.share(shown, shown.user, visibility=ActionVisibility.ROUTE)  # a post shows it
    return runs


def first_plans(cast: Cast, routes: Routes, samples: Samples) -> dict[str, Plan]:
    relax, iron = routes["relax-structure"], samples["iron-bcc.cif"]
    defects, table = routes["point-defect-candidates"], routes["table-statistics"]
    picture, small = samples["aluminium-energy.png"], routes["image-thumbnail-histogram"]
    nickel, gold = samples["ni3al-vacancy.cif"], samples["copper-gold-ordered.cif"]
    return {
        "relaxation": Plan(cast.mira, relax, "structure", nickel, RELAXING),
        "defects": Plan(cast.mira, defects, "structure", gold, EXPLORING),
        "refusal": Plan(cast.aiko, relax, "structure", iron, {"fmax": 0.05}, said="Fe"),
        "statistics": Plan(cast.jonas, table, "table", samples[STRAIN], DESCRIBING),
        "thumbnail": Plan(cast.jonas, small, "image", picture, {}),
    }


def start(cast: Cast, plan: Plan, say: Say) -> Action:
    """The run of an earlier load if it is what was planned or may yet be, else a new one."""
    before = Action.objects.filter(
        user=plan.user,
        route=plan.route,
        links__asset=plan.asset,
        links__direction=ActionAsset.Direction.IN,
    )
    usable = (action for action in before if not action.is_final or plan.is_met_by(action))
    return next(usable, None) or _start(cast, plan, say)


def _start(cast: Cast, plan: Plan, say: Say) -> Action:
    say(f"Running “{plan.route.name}” for {plan.user.display_name}.")
    call = Call(
        body=plan.body,
        has_body=True,
        content_type="application/json",
        input_assets={plan.name: plan.asset.pk},
        destination=Destination(cast.lab.pk, cast.defects.pk, "public"),
    )
    return run.start(plan.route, plan.user, call)


def wait(plan: Plan, action: Action) -> Action:
    end = time.monotonic() + PATIENCE
    while not action.is_final and time.monotonic() < end:
        time.sleep(PAUSE)
        action.refresh_from_db()
    if not plan.is_met_by(action):
        raise RunNotFinishedError(
            f"“{plan.route.name}” is {action.get_status_display()}. {message(action)}".strip()
        )
    return action


def message(action: Action) -> str:
    return str((action.error or {}).get("message", ""))


def output(action: Action, name: str) -> Asset:
    link = action.links.get(direction=ActionAsset.Direction.OUT, name=name)
    if link.asset is None:
        raise RunNotFinishedError(f"“{action.route_name}” has no output {name} any more.")
    return link.asset
