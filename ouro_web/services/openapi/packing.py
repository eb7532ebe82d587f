"""A specification as JSON and back. Schemas that many operations reach stand there once."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ouro_web.services.openapi.addresses import Server, Variable
from ouro_web.services.openapi.drafts import RouteDraft, Specification
from ouro_web.services.openapi.problems import Problem
from ouro_web.services.openapi.security import Scheme

_PLAIN = ("version", "title", "api_version", "description", "bundled")


def packed(given: Specification) -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    drafts = [_packed_draft(draft, schemas) for draft in given.drafts]
    return {**head(given), "bundled": given.bundled, "drafts": drafts, "schemas": schemas}


# Raised when documents are read in another way than before, so that those who keep a service are
# told that its document would give other forms today.
READING = 2


def head(given: Specification) -> dict[str, Any]:
    """Everything but its operations: small enough to be looked at with every page."""
    return {
        "reading": READING,
        **{word: getattr(given, word) for word in _PLAIN if word != "bundled"},
        "servers": [asdict(server) for server in given.servers],
        "schemes": [asdict(scheme) for scheme in given.schemes],
        "problems": [asdict(problem) for problem in given.problems],
        "not_run": list(given.not_run),
    }


def unpacked(given: Mapping[str, Any]) -> Specification:
    schemas = given.get("schemas") or {}
    return Specification(
        **{word: given.get(word, "") for word in _PLAIN},
        servers=tuple(_server(item) for item in given.get("servers", ())),
        schemes=tuple(Scheme(**item) for item in given.get("schemes", ())),
        problems=tuple(Problem(**item) for item in given.get("problems", ())),
        not_run=tuple(given.get("not_run", ())),
        drafts=tuple(_draft(item, schemas) for item in given.get("drafts", ())),
    )


def _packed_draft(draft: RouteDraft, schemas: dict[str, Any]) -> dict[str, Any]:
    own, shared = {}, []
    for name, schema in draft.operation["$defs"].items():
        if schemas.setdefault(name, schema) is schema:
            shared.append(name)
        else:  # cut short for this operation
            own[name] = schema
    return {
        "name": draft.name,
        "slug": draft.slug,
        "operation": {**draft.operation, "$defs": own},
        "shared": shared,
        "input_assets": draft.input_assets,
        "output_assets": draft.output_assets,
        "execution_mode": draft.execution_mode,
        "problems": [asdict(problem) for problem in draft.problems],
    }


def _draft(given: Mapping[str, Any], schemas: Mapping[str, Any]) -> RouteDraft:
    fields = {key: value for key, value in given.items() if key != "shared"}
    own = given["operation"]["$defs"]
    definitions = {name: schemas[name] for name in given["shared"]} | own
    operation = {**given["operation"], "$defs": dict(sorted(definitions.items()))}
    problems = tuple(Problem(**item) for item in given["problems"])
    return RouteDraft(**{**fields, "operation": operation, "problems": problems})


def _server(given: Mapping[str, Any]) -> Server:
    variables = [
        Variable(**{**item, "choices": tuple(item["choices"])}) for item in given["variables"]
    ]
    return Server(**{**given, "variables": tuple(variables)})
