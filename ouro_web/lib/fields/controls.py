"""Reading one control: its text, its options, its value. Each gives what is wrong, or ""."""

from collections.abc import Callable

from ouro_web.lib.fields import exact
from ouro_web.lib.fields.choose import fits
from ouro_web.lib.fields.exact import ABSENT, Absent, Json
from ouro_web.lib.fields.names import State, one
from ouro_web.lib.fields.shape import NUMBERS, TEXTS, spelled
from ouro_web.lib.fields.tree import Field, Option
from ouro_web.lib.fields.view import Schema

_MAY_REFUSE_EMPTY = {"minLength", "pattern", "format", "not", "enum", "const", "anyOf", "oneOf"}
_UNKNOWN = "is not one of the options"


def raw_json(made: Field, state: State, root: Schema) -> str:
    """The box of a value without fields, or of one shown as JSON."""
    made.text = one(state, f"{made.name}~j").replace("\r\n", "\n")
    if not made.text.strip():
        return ""
    try:
        made.value = exact.loads(made.text)
    except exact.NotJsonError as error:
        made.value = made.text
        return str(error)
    return ""


def text(made: Field, state: State, root: Schema) -> str:
    made.text = one(state, made.name).replace("\r\n", "\n")
    if made.kind == "text" and "\n" in made.text:
        made.kind = "long"
    takes_empty = _takes_empty(root, made.shape.view)
    made.blanks = blanks(made, "sent as empty text" if takes_empty else "")
    left_blank = made.required and takes_empty and not made.presence and made.name in state
    if made.text:
        made.value = made.text
    elif made.presence == "value" or left_blank:
        made.value = ""
    elif made.presence == "null" and made.nullable:
        made.value = None
    return ""


def _takes_empty(root: Schema, view: Schema) -> bool:
    return not _MAY_REFUSE_EMPTY & view.keys() or fits(root, view, "")


def number(made: Field, state: State, root: Schema) -> str:
    made.text = one(state, made.name)
    made.blanks = blanks(made, "")
    if not made.text.strip():
        made.value = None if made.presence == "null" and made.nullable else ABSENT
        return ""
    try:
        made.value = exact.number(made.text)
    except ValueError as error:
        made.value = made.text
        message = str(error)
        if made.kind == "integer":
            message = message.replace("is not a number", "is not a whole number")
        return f"{message} (you gave “{made.text}”)"
    return ""


def option(made: Field, state: State, root: Schema) -> str:
    posted = one(state, made.name)
    made.options = [
        Option(str(at), label, posted == str(at)) for at, label in enumerate(made.shape.labels)
    ]
    if made.nullable:
        made.options.append(Option("null", "null", posted == "null"))
    if not made.required:
        place = len(made.options) if made.has_default else 0
        made.options.insert(place, Option("", "left out", not posted))
    if posted == "null" and made.nullable:
        made.value = None
    elif posted.isdecimal() and int(posted) < len(made.shape.options):
        made.value = made.shape.options[int(posted)]
    elif posted:
        return _UNKNOWN
    return ""


def constant(made: Field, state: State, root: Schema) -> str:
    made.text = spelled(made.shape.options[0])
    made.value = made.shape.options[0] if made.presence == "value" else ABSENT
    made.options = [
        Option("", "left out", made.presence != "value"),
        Option("value", made.text, made.presence == "value"),
    ]
    return ""


def ticks(made: Field, state: State, root: Schema) -> str:
    posted = set(state.get(made.name, []))
    made.options = [
        Option(str(at), label, str(at) in posted) for at, label in enumerate(made.shape.labels)
    ]
    ticked = [made.shape.options[at] for at, each in enumerate(made.options) if each.chosen]
    made.value = empty(made, [])
    made.value = ticked or made.value
    return _UNKNOWN if posted - {each.value for each in made.options} else ""


def empty(made: Field, nothing: Json) -> Json | Absent:
    """What zero rows mean is said beside them."""
    made.blanks = blanks(made, f"sent as an empty {'list' if isinstance(nothing, list) else 'map'}")
    if made.presence == "null" and made.nullable:
        return None
    return nothing if made.presence == "value" else ABSENT


def blanks(made: Field, nothing: str) -> list[Option]:
    """What leaving a field blank can mean, when it can mean more than one thing."""
    if made.required:
        value = "" if nothing in ("", "sent as empty text") else "value"
        options = [Option(value, nothing or "required")]
    else:
        options = [Option("", "left out")] + ([Option("value", nothing)] if nothing else [])
    if made.nullable:
        options.append(Option("null", "sent as null"))
    for each in options:
        each.chosen = each.value == made.presence
    return options if len(options) > 1 else []


Control = Callable[[Field, State, Schema], str]
BY_KIND: dict[str, Control] = {
    **dict.fromkeys(TEXTS, text),
    **dict.fromkeys(NUMBERS, number),
    "bool": option,
    "choice": option,
    "const": constant,
    "null": constant,
    "any": raw_json,
}
