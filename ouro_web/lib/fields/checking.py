"""Is this document what the operation asks for? One answer for the page, the API and the engine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import jsonschema_rs as rs

from ouro_web.lib.fields import engine, sentences
from ouro_web.lib.fields.exact import Json
from ouro_web.lib.fields.names import parts, pointer
from ouro_web.lib.fields.sentences import sentence
from ouro_web.lib.fields.tree import Problem
from ouro_web.lib.fields.view import Schema

Chosen = Mapping[str, Sequence[int]]  # pointer -> the branch a person chose, as Branch.path


def check_value(
    schema: Schema, value: Json, *, chosen: Chosen | None = None, omit: Iterable[str] = ()
) -> list[Problem]:
    """Problems in document order, one for a place. What lies at `omit` is filled in later."""
    left_out = tuple(omit)
    try:
        found = list(_leaves(engine.errors(schema, value), chosen or {}))
    except engine.CannotCheckError as error:
        return [Problem("", str(error))]
    first: dict[str, tuple[int, Problem]] = {}
    for rank, problem in found:
        if _inside(problem.pointer, left_out):
            continue
        if problem.pointer not in first or rank < first[problem.pointer][0]:
            first[problem.pointer] = (rank, problem)
    return [problem for _, problem in first.values()]


def _inside(at: str, left_out: tuple[str, ...]) -> bool:
    return any(at == place or at.startswith(f"{place}/") for place in left_out)


def _leaves(errors: Iterable[rs.ValidationError], chosen: Chosen) -> Iterator[tuple[int, Problem]]:
    every = list(errors)
    for error in every:
        if any(_context(error)):
            yield from _of_branch(error, chosen)
        elif not _follows(error, every):
            for at in _places(error):
                yield _rank(error), Problem(at, sentence(error))


_UNEVALUATED = ("unevaluatedProperties", "unevaluatedItems")


def _follows(error: rs.ValidationError, every: list[rs.ValidationError]) -> bool:
    """Of a value that fits no branch nothing counts as known, so every key of it is unknown. That
    is said only where nothing else is wrong."""
    if error.kind.name not in _UNEVALUATED:
        return False
    at = list(error.instance_path)
    others = (other for other in every if other.kind.name not in _UNEVALUATED)
    return any(list(other.instance_path)[: len(at)] == at for other in others)


def _context(error: rs.ValidationError) -> list[list[rs.ValidationError]]:
    """The errors of each branch of a oneOf or anyOf."""
    return list(getattr(error.kind, "context", ()))


def _rank(error: rs.ValidationError) -> int:
    name = error.kind.name
    return sentences.ORDER.index(name) if name in sentences.ORDER else len(sentences.ORDER)


def _places(error: rs.ValidationError) -> list[str]:
    at = pointer(error.instance_path)
    if error.kind.name == "required":
        return [at + pointer([error.kind.as_dict()["property"]])]
    if error.kind.name in ("additionalProperties", "unevaluatedProperties"):
        return [at + pointer([key]) for key in error.kind.as_dict()["unexpected"]]
    if error.kind.name == "propertyNames":
        return [at + pointer([str(error.kind.as_dict()["error"].instance)])]
    if error.kind.name == "falseSchema" and error.schema_path[-1:] == ["additionalProperties"]:
        return [at + pointer([str(key)]) for key in dict(error.instance)]  # type: ignore[arg-type]  # only an object has keys
    if sentences.is_one_too_many(error):
        return [at.rpartition("/")[0]]
    return [at]


def _of_branch(error: rs.ValidationError, chosen: Chosen) -> Iterator[tuple[int, Problem]]:
    """What is wrong with the branch that was meant, not with every branch."""
    at = pointer(error.instance_path)
    branches = _context(error)
    path = list(chosen.get(at, ()))
    if path and path[0] < len(branches) and branches[path[0]]:
        rest = {**chosen, at: path[1:]}
        yield from _leaves(branches[path[0]], rest)
        return
    failing = [found for found in branches if found]
    if not failing or len(failing) < len(branches):
        yield _rank(error), Problem(at, sentence(error))
        return
    near = [found for found in _apart(failing, at) if not _wrong_type(found, at)]
    if groups := _groups(failing, at):
        yield sentences.ORDER.index("required"), Problem(at, sentences.needs(groups))
    elif options := _constants(near, at):
        yield sentences.ORDER.index("enum"), Problem(at, sentences.options(options, error.instance))
    elif near:
        nearest = min(near, key=lambda found: _distance(found))
        yield from _leaves(nearest, chosen)
    elif names := sorted({name for found in failing for name in _types(found)}):
        message = f"{sentences.types(names)} (you gave {sentences.shown(error.instance)})"
        yield sentences.ORDER.index("type"), Problem(at, message)
    else:
        yield _rank(error), Problem(at, "fits none of its forms")


def _apart(failing: list[list[rs.ValidationError]], at: str) -> Iterator[list[rs.ValidationError]]:
    """A branch that is nothing but another choice is as many branches as that has."""
    for found in failing:
        inner = _context(found[0]) if len(found) == 1 else []
        if any(inner) and pointer(found[0].instance_path) == at:
            yield from _apart([deeper for deeper in inner if deeper], at)
        else:
            yield found


def _groups(failing: list[list[rs.ValidationError]], at: str) -> list[list[str]]:
    """The keys that each branch lacks, when that is all that is wrong with any of them."""
    groups = [
        [error.kind.as_dict()["property"] for error in found if error.kind.name == "required"]
        for found in failing
    ]
    every = [error for found in failing for error in found]
    here = all(pointer(error.instance_path) == at for error in every)
    return groups if here and sum(map(len, groups)) == len(every) and len(groups) > 1 else []


def _wrong_type(found: list[rs.ValidationError], at: str) -> bool:
    return any(error.kind.name == "type" and pointer(error.instance_path) == at for error in found)


def _constants(near: list[list[rs.ValidationError]], at: str) -> list[Json]:
    """The options, when every branch left is a constant or an enum."""
    options: list[Json] = []
    for found in near:
        told = found[0].kind.as_dict()
        if found[0].kind.name not in ("const", "enum") or pointer(found[0].instance_path) != at:
            return []
        options += told["options"] if "options" in told else [told["expected_value"]]
    return options


def _distance(found: list[rs.ValidationError]) -> tuple[int, int]:
    """A wrong tag (a constant or an enum one level down) says that another branch is meant."""
    tags = sum(error.kind.name in ("const", "enum", "falseSchema") for error in found)
    return tags, len(found)


def _types(found: list[rs.ValidationError]) -> list[str]:
    return [
        name
        for error in found
        if error.kind.name == "type"
        for name in error.kind.as_dict()["types"]
    ]


def in_area(problem: Problem) -> tuple[str, Problem]:
    """The area of a document's problem, and the problem within it."""
    area = parts(problem.pointer)[0] if problem.pointer else ""
    return area, Problem(problem.pointer[len(area) + 1 :], problem.message)
