"""One try at one run: claim it, prepare the request, send it, finish.

The coroutine runs on the worker's loop (or on the web's, for a caller who waits). What touches the
database is plain functions on other threads: the ledger's short writes on few of them, reading
inputs and saving outputs on others. Nothing of it holds a transaction while it waits for somebody.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from ouro_web.actions import callback_token, complaints, faults, inputs, ledger, outputs, request
from ouro_web.actions.faults import Fault
from ouro_web.actions.ledger import Claim, Full, NoRoomError
from ouro_web.actions.models import Action
from ouro_web.assets.models import AssetType
from ouro_web.lib import fields, json_body
from ouro_web.lib.secrets import SecretError
from ouro_web.lib.upstream import Answer, Client, Limits, UpstreamError

logger = logging.getLogger(__name__)

LARGEST_ANSWER = 32 * 1024 * 1024
LONGEST_TEXT = 1024 * 1024
TRIES = 3
PAUSES = (0.5, 2, 5)
LONGEST_PAUSE = 60
MOST_ATTEMPTS = 5
ACCEPTED = 202
AT_ONCE = 16 * 1024  # bytes of an answer that are read quicker than they are handed to a thread


@dataclass(frozen=True)
class Workplace:
    """What a process brings to its runs: its name, its way out, and its threads."""

    owner: str
    client: Client
    in_ledger: Callable[..., Awaitable[Any]]
    in_thread: Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Retry:
    """The request was certainly not executed, or may be executed twice: once more, later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Begun:
    """A claimed run, and its request, already noted as sent; None when preparing it takes long."""

    held: Claim
    prepared: request.Prepared | None


def begin(action_id: UUID, owner: str) -> Begun | Full | None:
    """Claim a run; what it sends is on record in the same transaction, unless assets have to be
    read for it."""
    held = ledger.claim(action_id, owner)
    if not isinstance(held, Claim):
        return held
    prepared = _prepared_at_once(held.action)
    if prepared is not None:
        ledger.note_sent(held, sent=prepared.shown, seconds=time_limit(held.action))
    return Begun(held, prepared)


def _prepared_at_once(action: Action) -> request.Prepared | None:
    if action.route is None or action.route.input_assets or action.call.get("input_assets"):
        return None
    try:
        prepared = _prepare(action)
    except Exception:  # noqa: BLE001 - it happens again, and is recorded, where the run can end
        return None
    return prepared if isinstance(prepared, request.Prepared) else None


async def execute(action_id: UUID, at: Workplace, begun: Begun | Full | None = None) -> UUID | None:
    """Bring the run as far as it goes now. Harmless when it is gone, taken or finished.

    Gives the service that has room for another call afterwards. Raises NoRoomError.
    """
    if begun is None:
        begun = await at.in_ledger(begin, action_id, at.owner)
    if isinstance(begun, Full):
        raise NoRoomError(begun.service_id)
    if begun is not None:
        await _guarded(_call(begun, at), begun.held, at)
        return begun.held.service_id
    answered: Claim | None = await at.in_ledger(ledger.claim_saving, action_id, at.owner)
    if answered is not None:
        await _guarded(_save_again(answered, at), answered, at)
    return None


async def _guarded(work: Awaitable[None], held: Claim, at: Workplace) -> None:
    """The edge: a mistake of ours ends this run, in words, and nothing else."""
    try:
        await work
    except Exception:
        logger.exception("Run %s failed inside the site", held.action_id)
        await at.in_ledger(ledger.finish, held.action_id, held.rows(), faults.internal())


async def _call(begun: Begun, at: Workplace) -> None:
    held, is_noted = begun.held, begun.prepared is not None
    prepared = begun.prepared or await at.in_thread(_prepare, held.action)
    if isinstance(prepared, Fault):
        await at.in_ledger(ledger.finish, held.action_id, held.rows(), prepared)
        return
    for number in range(TRIES):
        seconds = time_limit(held.action)
        note = partial(ledger.note_sent, held, sent=prepared.shown, seconds=seconds)
        if not (is_noted and number == 0) and not await at.in_ledger(note):
            return
        result = await _try(prepared, at, seconds=seconds, last=number == TRIES - 1, number=number)
        if not isinstance(result, Retry):
            await _settle(result, held, at)
            return
        await asyncio.sleep(result.seconds)


async def _try(
    prepared: request.Prepared, at: Workplace, *, seconds: float, last: bool, number: int
) -> Answer | Fault | Retry:
    limits = Limits(total=seconds, body=LARGEST_ANSWER)
    pause = PAUSES[min(number, len(PAUSES) - 1)]
    try:
        answer = await at.client.send(prepared.request, limits)
    except UpstreamError as error:
        again = error.retryable and error.code != "time_limit"
        if again and not last and (prepared.repeatable or not error.sent):
            return Retry(pause)
        return faults.no_answer(error, repeatable=prepared.repeatable)
    if not last and _asks_to_wait(answer, repeatable=prepared.repeatable):
        return Retry(_pause(answer, pause))
    return answer


async def _settle(result: Answer | Fault, held: Claim, at: Workplace) -> None:
    if isinstance(result, Fault):
        await at.in_ledger(ledger.finish, held.action_id, held.rows(), result)
        return
    if len(result.body) <= AT_ONCE:
        columns, fault = _read(result, held.action)
    else:
        columns, fault = await at.in_thread(_read, result, held.action)
    if fault:
        await at.in_ledger(ledger.finish, held.action_id, held.rows(), fault, **columns)
    elif result.status == ACCEPTED:
        silence = silence_limit(held.action)
        await at.in_ledger(ledger.await_callback, held, columns, seconds=silence)
    elif _has_outputs(held.action, columns):
        if await at.in_ledger(ledger.store_answer, held, columns):
            await _save(held, at)
    else:
        await at.in_ledger(ledger.finish_directly, held, columns)


async def _save_again(held: Claim, at: Workplace) -> None:
    """The answer is on the row: from a callback, or from a process that stopped while saving."""
    if held.attempt > MOST_ATTEMPTS:
        fault = faults.gave_up(held.attempt)
        await at.in_ledger(ledger.finish, held.action_id, held.rows(), fault)
        return
    await _save(held, at)


async def _save(held: Claim, at: Workplace) -> None:
    """Make the outputs and finish."""
    fault = await save_outputs(held.action, at)
    kept = await at.in_thread(outputs.pruned, held.action)
    await at.in_ledger(ledger.finish, held.action_id, held.rows(), fault, response=kept)


async def save_outputs(action: Action, at: Workplace) -> Fault | None:
    """Save what is not saved yet; the fault, if an output that the run stands for is lost."""
    fault = None
    done = await at.in_thread(outputs.saved_names, action)
    for output in await at.in_thread(outputs.plan, action):
        if output.name in done:
            continue
        try:
            downloaded = await outputs.download(at.client, output)
            with downloaded or nullcontext():
                await at.in_thread(outputs.save, action, output, downloaded)
        except outputs.OutputError as error:
            await at.in_thread(outputs.warn, action, output.name, str(error))
            if output.required:
                fault = fault or faults.bad_output(output.label or output.name, str(error))
    for label in outputs.missing(action):
        await at.in_thread(outputs.warn, action, label, "the service did not return it.")
    return fault


def _has_outputs(action: Action, columns: dict[str, Any]) -> bool:
    action.response = columns["response"]
    return bool(outputs.plan(action) or outputs.missing(action))


def time_limit(action: Action) -> float:
    """Seconds for a direct answer."""
    return float(action.route.service.time_limit) if action.route else 600.0


def silence_limit(action: Action) -> float:
    """Seconds without a sign of life before an async run times out."""
    return float(action.route.service.silence_limit) if action.route else 2700.0


def _prepare(action: Action) -> request.Prepared | Fault:
    try:
        return request.prepare(action, callback_token.token_for(action.pk))
    except inputs.InputError as error:
        name = f"a/{error.name}" if error.name else ""
        return faults.unsendable(error.message, name=name)
    except SecretError:
        message = "The credential of the service cannot be read."
        advice = "The owner of the service has to enter it again."
        return faults.unsendable(message, whose=faults.SITE, advice=advice)


def _read(answer: Answer, action: Action) -> tuple[dict[str, Any], Fault | None]:
    """The response columns, and what is wrong with the answer."""
    said, unreadable = _body(answer, action)
    columns = {
        "response": said,
        "response_status": answer.status,
        "response_meta": {
            "content_type": answer.header("content-type"),
            "size": len(answer.body),
            "headers": [[name, value[:500]] for name, value in answer.headers[:50]],
        },
    }
    if not 200 <= answer.status < 300:
        return columns, faults.refused(answer.status, said, _complaints(said, action))
    return columns, unreadable


def _complaints(said: Any, action: Action) -> dict[str, str]:
    """What the service says about single values, by the names of the form's fields."""
    route = action.route_then
    if route is None:
        return {}
    declared = inputs.declared(route).values()
    return complaints.by_field(said, declared, fields.known_names(route.operation))


def _body(answer: Answer, action: Action) -> tuple[Any, Fault | None]:
    """The value of the body; bytes that are no text become the payload of a file."""
    media_type = answer.header("content-type").partition(";")[0].strip().lower()
    if not answer.body:
        return None, None
    if media_type.endswith("json"):
        return _json(answer.body)
    if not 200 <= answer.status < 300:
        return _json(answer.body, otherwise=_text(answer.body))
    name = _lone_file(action)
    if not name and (not media_type or media_type.startswith("text/")):
        return _json(answer.body, otherwise=_text(answer.body))
    return {name or "file": outputs.as_payload(answer.body, media_type)}, None


def _json(body: bytes, *, otherwise: str | None = None) -> tuple[Any, Fault | None]:
    try:
        return json_body.parse(body), None
    except json_body.JsonError as error:
        if otherwise is not None:
            return otherwise, None
        text = _text(body)
        fault = Fault("answer_invalid", str(error), faults.SERVICE, advice=faults.ASK_OWNER)
        return text, replace(fault, upstream_said=text[:2000])


def _text(body: bytes) -> str:
    return body[:LONGEST_TEXT].decode("utf-8", "replace").replace("\0", "\ufffd")


def _lone_file(action: Action) -> str:
    """The name of the one declared output, when that is a file."""
    declared = outputs.wanted(action)
    names = [name for name, item in declared.items() if item.asset_type == AssetType.FILE]
    return names[0] if len(declared) == len(names) == 1 else ""


def _asks_to_wait(answer: Answer, *, repeatable: bool) -> bool:
    if answer.status == 429:
        return bool(answer.header("retry-after"))
    return repeatable and answer.status in (502, 503, 504)


def _pause(answer: Answer, otherwise: float) -> float:
    """What Retry-After says in seconds, within reason."""
    try:
        return min(max(float(answer.header("retry-after")), 0.0), LONGEST_PAUSE)
    except ValueError:
        return otherwise
