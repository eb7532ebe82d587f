"""What a program asks of a route, as the value that a run starts with."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from ninja import Field, Schema

from ouro_web.actions import inputs
from ouro_web.actions.call import Call, Destination
from ouro_web.api.errors import Refusal
from ouro_web.lib.fields import content_types
from ouro_web.lib.fields.names import AREAS
from ouro_web.services.models import Route

ID_KEYS = ("assetId", "asset_id", "id")
WORDS = {**AREAS, "p": "params", "a": "input_assets"}
OUTPUT = {"organization": "org_id", "team": "team_id", "visibility": "visibility"}


class Output(Schema):
    """Where the assets that the run makes go."""

    visibility: str | None = None
    org_id: UUID | None = None
    team_id: UUID | None = None


class Config(Schema):
    body: Any = Field(None, description="The body that the service gets.")
    query: dict[str, Any] | None = None
    params: dict[str, Any] | None = Field(None, description="Values in the path.")
    parameters: dict[str, Any] | None = Field(None, description="The same, in an older word.")
    headers: dict[str, Any] | None = Field(
        None, description="A Content-Type among them says which of the route's bodies is given."
    )
    cookies: dict[str, Any] | None = None
    input_assets: dict[str, Any] | None = Field(
        None, description="By declared name: an id, or an object with `assetId`."
    )
    input_asset: Any = Field(None, description="For a route with one input asset.")
    output: Output | None = None


class Use(Schema):
    config: Config = Field(default_factory=Config)  # type: ignore[arg-type]  # has no required field
    currency: str | None = None


def call_of(route: Route, config: Config, *, organization_id: UUID | None) -> Call:
    """Raises ValidationError for asset ids that are none."""
    output = config.output or Output()
    body, has_body = _body(route, config)
    headers = _given(config.headers)
    told = _pop_type(headers) or _type_of_inputs(route, config)
    return Call(
        path={**(config.parameters or {}), **(config.params or {})},
        query=_given(config.query),
        headers=headers,
        cookies=_given(config.cookies),
        body=body,
        has_body=has_body,
        content_type=_content_type(route, told) if has_body or told else "",
        input_assets=_assets(route, config),
        destination=Destination(
            organization_id=output.org_id or (None if output.team_id else organization_id),
            team_id=output.team_id,
            visibility=output.visibility or "",
        ),
    )


def refused(error: ValidationError) -> Refusal:
    """The names of the form's fields in the words of the API: `b/fmax` is `body.fmax`."""
    errors = [
        {"field": _word(name), "message": message}
        for name, messages in _by_field(error).items()
        for message in messages
    ]
    told = (f"{each['field']}: {each['message']}" if each["field"] else each["message"]
            for each in errors[:5])  # fmt: skip
    return Refusal(422, " ".join(told), code="invalid", errors=errors)


def _by_field(error: ValidationError) -> Mapping[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def _word(name: str) -> str:
    if name in OUTPUT:
        return f"output.{OUTPUT[name]}"
    area, slash, rest = name.partition("/")
    return ".".join([WORDS.get(area, area), *rest.split("/")]) if slash else WORDS.get(name, name)


def _body(route: Route, config: Config) -> tuple[Any, bool]:
    """A body that is needed and was left out is an empty object, so that what is missing in it is
    named."""
    bodies = route.operation.get("bodies") or []
    if config.body is None and bodies and (bodies[0].get("required") or config.input_assets):
        return {}, True
    return config.body, config.body is not None


def _content_type(route: Route, told: str) -> str:
    """What the caller says, if the route knows it; else what a form would use first."""
    types = content_types(route.operation)
    return told if told in types else next(iter(types), "application/json")


def _type_of_inputs(route: Route, config: Config) -> str:
    """An input that goes with one type of body says which is meant."""
    declared = inputs.declared(route)
    named = (declared[name] for name in config.input_assets or {} if name in declared)
    return next((item.content_type for item in named if item.content_type), "")


def _pop_type(headers: dict[str, Any]) -> str:
    found = next((name for name in headers if name.lower() == "content-type"), "")
    return str(headers.pop(found)) if found else ""


def _given(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (values or {}).items() if value is not None}


def _assets(route: Route, config: Config) -> dict[str, UUID | Sequence[UUID]]:
    named = dict(config.input_assets or {})
    if config.input_asset is not None and (name := _primary(route)):
        named.setdefault(name, config.input_asset)
    found: dict[str, UUID | Sequence[UUID]] = {}
    wrong = {}
    for name, given in named.items():
        try:
            found[name] = [_id(each) for each in given] if isinstance(given, list) else _id(given)
        except ValueError:
            wrong[f"a/{name}"] = "Give the id of an asset."
    if wrong:
        raise ValidationError(wrong)
    return found


def _primary(route: Route) -> str:
    """The declared input that the older word means."""
    declared = inputs.declared(route)
    primary = (name for name, item in declared.items() if item.primary)
    return next(primary, next(iter(declared), ""))


def _id(given: Any) -> UUID:
    if isinstance(given, Mapping):
        given = next((given[key] for key in ID_KEYS if given.get(key)), None)
    if not isinstance(given, str):
        raise ValueError
    return UUID(given)
