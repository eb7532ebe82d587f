"""What people do with runs: start one, cancel it, run it again, share it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from ouro_web.accounts.models import User
from ouro_web.actions import (
    callback_token,
    engine,
    executor,
    faults,
    inputs,
    ledger,
    statements,
    tasks,
)
from ouro_web.actions.call import Call, Destination
from ouro_web.actions.models import Action, ActionAsset, ActionVisibility, Announce
from ouro_web.assets.access import ForSaleError, Visibility, may_read
from ouro_web.assets.models import Asset, AssetType
from ouro_web.assets.placement import Placement, checked
from ouro_web.datasets import versions as rows_versions
from ouro_web.files import versions
from ouro_web.lib import fields, kept
from ouro_web.lib.fields.names import LETTERS
from ouro_web.lib.storable import unstorable
from ouro_web.services.models import Route
from ouro_web.teams.models import Organization, Team


class TooManyRunsError(ValidationError):
    """A limit on runs, not a mistake in the input. Faces say 429."""


type _Assets = Mapping[str, Sequence[Asset]]  # by the names that the route declares


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A call that was found good."""

    route: Route
    call: Call
    placement: Placement
    assets: _Assets


def start(
    route: Route, user: User, call: Call, *, announce: str = Announce.ALL, follower: str = ""
) -> Action:
    """Check a call and put it on record; a worker takes it from there. `follower` hears of its
    end; see actions.following.

    Raises ValidationError keyed by the names of the form's fields ("b/fmax", "a/structure",
    "organization", "team", "visibility"), PermissionDenied, TooManyRunsError.
    """
    wanted = _checked(route, user, call)
    with _recording():
        action = _recorded(wanted, announce, follower)
        transaction.on_commit(lambda: tasks.deliver(action.pk))
    return action


def start_here(route: Route, user: User, call: Call, *, announce: str = Announce.ALL) -> Action:
    """The same for a caller who waits: this process carries it out, if it has room. The row, the
    claim and what is sent are one transaction. Raises as `start`."""
    here = executor.beside_pages()
    if here.is_full:
        return start(route, user, call, announce=announce)
    wanted = _checked(route, user, call)
    with _recording():
        action = _recorded(wanted, announce)
        begun = engine.begin(action.pk, here.owner)
        transaction.on_commit(lambda: here.carry_out(action.pk, begun))
    return action


@contextmanager
def _recording() -> Iterator[None]:
    """The checks are done by then: they take longer than all that is written, and SQLite has one
    writer at a time."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise PermissionDenied("What this run needs has just been deleted.") from error


def _checked(route: Route, user: User, call: Call) -> _Wanted:
    _may_run(route, user)
    problems = _problems(route, call)
    assets, wrong = inputs.find(route, user, call)
    problems |= {f"a/{name}": message for name, message in wrong.items()}
    if problems:
        raise ValidationError(problems)
    return _Wanted(route, call, _placement(user, call.destination), assets)


def cancel(action: Action, user: User) -> None:
    """End a live run whose result is not in yet. Raises ValidationError when it is too late."""
    own(action, user)
    fresh = Action.objects.only("sent_at").get(pk=action.pk)
    fault = faults.cancelled(sent=fresh.sent_at is not None)
    if not ledger.finish(action.pk, ledger.stoppable(action), fault):
        raise ValidationError("The result of this run is in already; it cannot be cancelled.")


def again(action: Action) -> Call:
    """The call exactly as it was made, to fill the form with. Starting it makes a new run."""
    return Call.from_json(action.call)


def share(action: Action, user: User, *, visibility: str) -> None:
    """Show a run to everybody who may see its route, or to nobody else again."""
    own(action, user)
    if visibility not in ActionVisibility.values:
        raise ValidationError({"visibility": "Choose private or route."})
    Action.objects.filter(pk=action.pk).update(visibility=visibility)
    action.visibility = visibility


def own(action: Action, user: User) -> None:
    """Raises PermissionDenied for anybody but the one who started the run."""
    if action.user_id != user.pk:
        raise PermissionDenied("Only the person who started a run may do this.")


def _may_run(route: Route, user: User) -> None:
    if not user.is_active or not may_read(route.pk, user):
        if route.effective_visibility == Visibility.MONETIZED:
            raise ForSaleError("This route is for sale, and this site takes no money.")
        raise PermissionDenied("You may not run this route.")
    if route.retired_at:
        raise ValidationError("The service does not offer this route any more.")
    most = settings.MAX_LIVE_RUNS_PER_PERSON
    if statements.live_beyond(most).first(user=user.pk) is not None:
        message = f"You have {most} runs going on. Wait for one to end, or cancel one."
        raise TooManyRunsError(message)


def _problems(route: Route, call: Call) -> dict[str, str]:
    document = call.document()
    found = fields.check(route.operation, inputs.declared(route), document)
    wrong = {_field_name(problem.pointer): problem.message for problem in reversed(found)}
    unkept = {_field_name(at): "holds a character that is no text" for at in unstorable(document)}
    return unkept | wrong


def _field_name(pointer: str) -> str:
    """`/body/steps/0` -> `b/steps/0`."""
    area, slash, rest = pointer.removeprefix("/").partition("/")
    return f"{LETTERS.get(area, area)}{slash}{rest}"


def _placement(user: User, wanted: Destination) -> Placement:
    organization = _found(Organization.objects.all(), wanted.organization_id)
    team = _found(Team.objects.select_related("organization"), wanted.team_id)
    if wanted.organization_id and organization is None:
        raise ValidationError({"organization": "Choose one of your organizations."})
    if wanted.team_id and team is None:
        raise ValidationError({"team": "Choose one of your teams."})
    visibility = wanted.visibility or Visibility.PRIVATE
    return checked(user, organization=organization, team=team, visibility=visibility, source="api")


def _found[M: Model](rows: QuerySet[M], pk: UUID | None) -> M | None:
    return rows.filter(pk=pk).first() if pk else None


def _recorded(wanted: _Wanted, announce: str, follower: str = "") -> Action:
    route, call, placement = wanted.route, wanted.call, wanted.placement
    action = Action(
        announce=announce,
        follower=follower,
        user=placement.owner,
        route=route,
        route_name=route.name,
        call=call.as_json(),
        organization=placement.organization,
        team=placement.team,
        output_visibility=placement.visibility,
        try_after=timezone.now() + timedelta(seconds=ledger.QUEUE_PATIENCE),
    )
    action.callback_token_hash = callback_token.hashed(callback_token.token_for(action.pk))
    kept.insert(action)
    if wanted.assets:
        _link(action, route, wanted.assets)
    ledger.log(action.pk, "Queued")
    return action


def _link(action: Action, route: Route, assets: _Assets) -> None:
    every = [asset for several in assets.values() for asset in several]
    files = [asset.pk for asset in every if asset.asset_type == AssetType.FILE]
    tables = [asset.pk for asset in every if asset.asset_type == AssetType.DATASET]
    numbers = (versions.pin(files) if files else {}) | (rows_versions.pin(tables) if tables else {})
    links = [
        _input_link(action, route, name, asset, position)
        for name, several in assets.items()
        for position, asset in enumerate(several)
    ]
    for link in links:
        link.version = numbers.get(link.asset_id) if link.asset_id else None
    ActionAsset.objects.bulk_create(links)


def _input_link(
    action: Action, route: Route, name: str, asset: Asset, position: int
) -> ActionAsset:
    return ActionAsset(
        action=action,
        direction=ActionAsset.Direction.IN,
        name=name,
        position=position,
        asset=asset,
        asset_type=asset.asset_type,
        asset_name=asset.name,
        is_primary=inputs.declared(route)[name].primary,
    )
