"""What went wrong, in words: whose fault it was, what the other side said, whether trying again
can help, and what to do next."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ouro_web.lib.upstream import UpstreamError

YOU, SERVICE, NETWORK, SITE = "you", "service", "network", "site"
NETWORK_CODES = frozenset({"name_not_found", "connection_failed", "connect_timeout"})
YOURS = frozenset({400, 409, 413, 415, 422})
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_QUOTE = 2000
ASK_OWNER = "Tell the owner of the service."
MAYBE_DONE = "The service may have executed the request all the same."
CHECK_FIRST = "Check with the service whether it was done before you run it again."


@dataclass(frozen=True, slots=True)
class Fault:
    """`problems` are messages by the names of the form's fields; `timed_out` makes the run end
    as timed-out and not as error."""

    code: str
    message: str
    whose: str
    retryable: bool = False
    advice: str = ""
    upstream_status: int | None = None
    upstream_said: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    timed_out: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "whose": self.whose,
            "retryable": self.retryable,
            "advice": self.advice,
            "upstream_status": self.upstream_status,
            "upstream_body": self.upstream_said,
            "problems": dict(self.problems),
        }


def no_answer(error: UpstreamError, *, repeatable: bool) -> Fault:
    """The call brought no usable answer. What may have been executed is never called harmless."""
    fault = Fault(
        code=error.code,
        message=error.message,
        whose=NETWORK if error.code in NETWORK_CODES else SERVICE,
        retryable=error.retryable,
        advice="Try again in a moment." if error.retryable else ASK_OWNER,
        timed_out=error.code == "time_limit",
    )
    if error.code == "header_invalid":
        return replace(fault, whose=YOU, advice="Change the value and run again.")
    if error.sent and not repeatable:
        code = fault.code if fault.timed_out else "outcome_unknown"
        message = f"{error.message} {MAYBE_DONE}"
        return replace(fault, code=code, message=message, retryable=False, advice=CHECK_FIRST)
    return fault


def interrupted() -> Fault:
    """Our own process ended while the call was out."""
    return Fault(
        code="outcome_unknown",
        message=f"This site stopped while it waited for the answer. {MAYBE_DONE}",
        whose=SITE,
        advice=CHECK_FIRST,
    )


def gave_up(attempts: int) -> Fault:
    message = f"This site stopped {attempts} times while it worked on this run."
    return Fault("gave_up", message, SITE, advice="Tell an administrator of this site.")


def silence(*, awaiting: bool, seconds: int) -> Fault:
    """The deadline passed. For async runs it counts from the last sign of life."""
    minutes = f"{max(1, round(seconds / 60))} minutes"
    message = (
        f"The service gave no sign of life for {minutes}."
        if awaiting
        else f"The service did not answer within {minutes}. {MAYBE_DONE}"
    )
    return Fault("time_limit", message, SERVICE, advice=CHECK_FIRST, timed_out=True)


def cancelled(*, sent: bool) -> Fault:
    message = f"You cancelled this run. {MAYBE_DONE}" if sent else "You cancelled this run."
    return Fault("cancelled", message, YOU, retryable=True, advice="Run it again when you like.")


def internal() -> Fault:
    message = "Something went wrong in this site while it worked on this run."
    return Fault("internal", message, SITE, advice="Tell an administrator of this site.")


def unsendable(message: str, *, whose: str = YOU, advice: str = "", name: str = "") -> Fault:
    """The request could not be made from what was asked; nothing was sent."""
    problems = {name: message} if name else {}
    return Fault("cannot_send", message, whose, advice=advice, problems=problems)


def refused(status: int, said: Any, problems: Mapping[str, str] | None = None) -> Fault:
    """An answer outside 2xx. `said` is the parsed body or its text, `problems` what it says about
    single fields."""
    words = quotation(said)
    fault = Fault(
        code=f"status_{status}",
        message=_sentence(status, words),
        whose=YOU if status in YOURS else SERVICE,
        retryable=status in PASSING,
        advice=_advice(status),
        upstream_status=status,
        upstream_said=words,
    )
    return replace(fault, problems=problems or {}) if status in YOURS else fault


def reported(said: Any) -> Fault:
    """The service called back to say that it failed."""
    words = quotation(said)
    message = f"The service reported a failure: {words}" if words else "The service failed."
    return Fault(
        "service_failed",
        message,
        SERVICE,
        advice="Change the input or tell the owner of the service.",
        upstream_said=words,
    )


def bad_output(name: str, reason: str) -> Fault:
    message = f"The output “{name}” could not be saved: {reason}"
    return Fault("output_invalid", message, SERVICE, advice=ASK_OWNER)


def quotation(said: Any) -> str:
    """What a body says, in at most a few lines: the usual keys first, else its text."""
    if isinstance(said, Mapping):
        for key in ("detail", "message", "error", "title", "errors", "msg", "description"):
            if said.get(key):
                return quotation(said[key])
        return _short(str(dict(said))) if said else ""
    if isinstance(said, list):
        return _short("; ".join(filter(None, (_item(item) for item in said[:10]))))
    text = "" if said is None else str(said)
    if "<" in text and re.search(r"<(!doctype|html|head|body)", text[:2000], re.IGNORECASE):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        text = title[1] if title else ""
    return _short(text)


def _item(item: Any) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    loc = item.get("loc")
    parts = loc[1:] if isinstance(loc, list) else []
    place = ".".join(str(part) for part in parts)
    words = str(item.get("msg") or item.get("message") or quotation(dict(item)))
    return f"{place}: {words}" if place else words


def _sentence(status: int, words: str) -> str:
    if 300 <= status < 400:
        return f"The service answered with a redirect ({status}), which runs do not follow."
    known = {
        401: "The service refused this site's credential (401)",
        403: "The service refused the request (403)",
        404: "The service found nothing at this address (404)",
        405: "The service does not take this method (405)",
        413: "The service found the request too large (413)",
        422: "The service refused the input (422)",
        429: "The service asks for fewer requests (429)",
        503: "The service is not available at the moment (503)",
    }
    kind = "failed" if status >= 500 else "refused the request"
    sentence = known.get(status, f"The service {kind} ({status})")
    return f"{sentence}: {words}" if words else f"{sentence}."


def _advice(status: int) -> str:
    if status in YOURS:
        return "Change the input and run again."
    if status in PASSING:
        return "Try again in a moment; if it goes on, tell the owner of the service."
    return ASK_OWNER


def _short(text: str) -> str:
    text = re.sub(r"[ \t\r\f\v]+", " ", text).strip()
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
