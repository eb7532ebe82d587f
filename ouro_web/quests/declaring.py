"""What is handed in for an item, declared as the inputs of a route are. Of an item with an
evaluation, its route says so, without the inputs that the quest itself gives."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError

from ouro_web.lib import declarations
from ouro_web.lib.declarations import Declaration
from ouro_web.lib.storable import unstorable
from ouro_web.quests.models import Item

KINDS = ("file", "dataset", "post", "route")
MOST = 20
LONGEST_KEY = 120
LONGEST_LABEL = 200


def declared(item: Item) -> dict[str, Declaration]:
    """By key. An item without any takes whatever is given. Wants eval_route with the item."""
    if item.eval_route is not None:
        return _of_route(item)
    if item.submission_assets:
        return declarations.from_stored(item.submission_assets, "input")
    kind = item.expected_asset_type
    return {kind: Declaration(kind, kind.title(), (kind,), primary=True)} if kind else {}


def declare(item: Item, given: Mapping[str, Any]) -> None:
    """Raises ValidationError keyed by submission_assets or expected_asset_type."""
    if "expected_asset_type" in given:
        kind = given["expected_asset_type"] or ""
        if kind and kind not in KINDS:
            raise ValidationError({"expected_asset_type": f"is one of {', '.join(KINDS)}."})
        item.expected_asset_type = kind
    if "submission_assets" in given:
        wanted = _checked(given["submission_assets"] or {})
        item.submission_assets = _labels(item, wanted) if item.eval_route else _stored(wanted)


def _of_route(item: Item) -> dict[str, Declaration]:
    assert item.eval_route is not None  # noqa: S101 - asked by the callers
    inputs = declarations.from_stored(item.eval_route.input_assets, "input")
    left = {key: each for key, each in inputs.items() if key not in item.eval_static_inputs}
    for key, words in item.submission_assets.items():
        if key in left and words.get("label"):
            left[key] = replace(left[key], label=words["label"])
    return left


def _checked(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping) or len(given) > MOST:
        raise _refused(f"is an object of at most {MOST} declarations by name.")
    if list(unstorable(dict(given))) or not all(0 < len(key) <= LONGEST_KEY for key in given):
        raise _refused(f"has names of 1 to {LONGEST_KEY} characters, and text only.")
    return dict(given)


def _stored(wanted: dict[str, Any]) -> dict[str, Any]:
    operation = {"x-ouro-input-assets": wanted}
    if problems := declarations.remarks(operation):
        raise ValidationError({"submission_assets": problems})
    read = declarations.read_inputs(operation)
    for each in read.values():
        if strange := set(each.asset_types) - set(KINDS):
            raise _refused(f"“{each.name}” asks for a {strange.pop()}, which cannot be handed in.")
        if len(each.label) > LONGEST_LABEL:
            raise _refused(f"The label of “{each.name}” is too long.")
    return declarations.as_json(read, "input")


def _labels(item: Item, wanted: dict[str, Any]) -> dict[str, Any]:
    """The route owns the names and what fits them; only titles can be laid over."""
    assert item.eval_route is not None  # noqa: S101 - asked by the caller
    known = declarations.from_stored(item.eval_route.input_assets, "input").keys()
    if strange := set(wanted) - (known - item.eval_static_inputs.keys()):
        names = ", ".join(sorted(strange)[:5])
        raise _refused(f"The evaluation’s route takes no {names}. It says what is handed in.")
    labels = {key: each.get("label") for key, each in wanted.items() if isinstance(each, Mapping)}
    return {
        key: {"label": label.strip()[:LONGEST_LABEL]}
        for key, label in labels.items()
        if isinstance(label, str) and label.strip()
    }


def _refused(words: str) -> ValidationError:
    return ValidationError({"submission_assets": words})
