"""The score in the answer of an evaluation."""

import math
import re
from dataclasses import dataclass
from typing import Any, TypeGuard

from ouro_web.actions.models import Action, Status
from ouro_web.actions.properties import at_path, is_number
from ouro_web.quests.models import EvalStatus, Item

# $.score, $.results[0].value, the same without the sign of the root, or $ alone.
PATH = re.compile(r"\$|\$?(?:\.?[A-Za-z_][\w-]*|\[\d{1,6}\])(?:\.[\w-]+|\[\d{1,6}\])*", re.ASCII)
MOST_CATEGORIES = 50


@dataclass(frozen=True)
class Verdict:
    """`message` says why there is no score."""

    status: str
    score: float | None = None
    categories: dict[str, float] | None = None
    message: str = ""


def judged(item: Item, action: Action) -> Verdict:
    """What a run that has ended says about an entry."""
    if action.status != Status.SUCCESS:
        said = (action.error or {}).get("message") or "The run failed."
        return Verdict(EvalStatus.ERRORED, message=str(said)[:500])
    path = dotted(item.eval_score_path)
    score = at_path(action.response, path) if path else action.response
    if not _is_score(score):
        says = f"The answer has no number at {item.eval_score_path}."
        return Verdict(EvalStatus.ERRORED, message=says)
    low, high = item.eval_pass_min, item.eval_pass_max
    good = (low is None or score >= low) and (high is None or score <= high)
    status = EvalStatus.PASSED if good else EvalStatus.FAILED
    return Verdict(status, float(score), _categories(item, action.response))


def dotted(path: str) -> str:
    """`$.results[0].value` as `results.0.value`."""
    return re.sub(r"\[(\d+)\]", r".\1", path.removeprefix("$")).strip(".")


def _categories(item: Item, response: Any) -> dict[str, float] | None:
    found = at_path(response, dotted(item.eval_categories_path))
    if not isinstance(found, dict):
        return None
    scores = {str(k)[:100]: float(v) for k, v in found.items() if _is_score(v)}
    return dict(list(scores.items())[:MOST_CATEGORIES]) or None


def _is_score(value: Any) -> TypeGuard[float]:
    """A number that a database can keep and order."""
    try:
        return is_number(value) and math.isfinite(float(value))
    except OverflowError:
        return False
