"""A whole document: which version it is, its operations one by one, and what is wrong."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from ouro_web.lib.slugs import free_slug, slugify
from ouro_web.services.openapi import security, swagger
from ouro_web.services.openapi.addresses import servers
from ouro_web.services.openapi.bundling import Bundle, Fetch
from ouro_web.services.openapi.drafts import RouteDraft, Specification
from ouro_web.services.openapi.inheritance import unfolded
from ouro_web.services.openapi.operations import OperationReader
from ouro_web.services.openapi.parameters import text
from ouro_web.services.openapi.parsing import parse_text, text_of
from ouro_web.services.openapi.problems import DocumentError, Problem, at
from ouro_web.services.openapi.references import follow

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
VERSIONS = ("2.0", "3.0", "3.1", "3.2")
MAX_OPERATIONS = 2000
_OTHER_KINDS = {
    "asyncapi": "an AsyncAPI document",
    "arazzo": "an Arazzo document",
    "swaggerVersion": "a Swagger 1 document",
    "$schema": "a JSON Schema",
    "item": "a Postman collection",
    "log": "an HTTP archive",
    "paths": "a document with paths, but it does not say which OpenAPI version it is in",
}


# How many operations are read, of how many.
Progress = Callable[[int, int], None]


def read(data: bytes) -> Specification:
    """Never raises for what the document holds: faults come back as problems."""
    try:
        return read_text(text_of(data))
    except DocumentError as error:
        return Specification(problems=(error.problem,))


def read_text(
    text: str, *, name: str = "", fetch: Fetch | None = None, progress: Progress | None = None
) -> Specification:
    """The same of a text. Other files that it refers to come from `fetch`, by names relative to
    its own `name`; without it they are left out."""
    try:
        document = parse_text(text)
        version = _version(document)
        bundle = Bundle(document, name, fetch or _none)
        if fetch:
            bundle.make()
    except DocumentError as error:
        return Specification(problems=(error.problem,))
    except (RecursionError, MemoryError):
        said = "The document is too intricate to be read within the limits of this site."
        return Specification(problems=(Problem("", said, "error"),))
    found = _of_document(document, version, progress)
    bundled = json.dumps(document, ensure_ascii=False) if bundle.files else ""
    return replace(found, problems=(*bundle.problems, *found.problems), bundled=bundled)


def _none(name: str) -> str:
    raise DocumentError(f"{name} is another file and is not read.")


def _of_document(
    document: dict[str, Any], version: str, progress: Progress | None
) -> Specification:
    drafts, problems = _operations(document, progress)
    info = document["info"] if isinstance(document.get("info"), dict) else {}
    webhooks = tuple(_webhooks(document))
    if not drafts and not any(problem.level == "error" for problem in problems):
        said = "The document has no operations."
        problems.append(Problem("/paths", said, "remark" if webhooks else "error"))
    given = swagger.servers(document) if version == "2.0" else document.get("servers")
    needs = [draft.operation["security"] for draft in drafts]
    return Specification(
        version=version,
        title=text(info.get("title")),
        api_version=str(info.get("version") or "")[:60],
        description=text(info.get("description")) or text(info.get("summary")),
        servers=servers(given),
        schemes=security.schemes(document, needs),
        drafts=tuple(_with_slugs(drafts)),
        problems=tuple(problems),
        not_run=webhooks,
    )


def _version(document: dict[str, Any]) -> str:
    found = document.get("openapi", document.get("swagger"))
    if found is None:
        kinds = [words for key, words in _OTHER_KINDS.items() if key in document]
        what = kinds[0] if kinds else f"an object with the keys {_some(list(document))}"
        raise DocumentError(
            f"This is {what}. An OpenAPI document says “openapi: 3.1.0” or the like at its top."
        )
    known = "2.0" if "openapi" not in document else str(found)[:3]
    if known not in VERSIONS or (known == "2.0" and str(found) not in ("2.0", "2")):
        raise DocumentError(
            f"This document is in version {str(found)[:40]}. Versions 3.0, 3.1, 3.2 "
            "and Swagger 2.0 are read.",
            "/openapi" if "openapi" in document else "/swagger",
        )
    return str(found) if known != "2.0" else "2.0"


def _operations(
    document: dict[str, Any], progress: Progress | None
) -> tuple[list[RouteDraft], list[Problem]]:
    problems: list[Problem] = []
    drafts: list[RouteDraft] = []
    document = unfolded(document)
    reader = OperationReader(document)
    places = list(_places(document, problems))
    for path, method, item, pointer in places:
        if progress and len(drafts) % 20 == 0:
            progress(len(drafts), min(len(places), MAX_OPERATIONS))
        if len(drafts) == MAX_OPERATIONS:
            problems.append(
                Problem("/paths", f"Only the first {MAX_OPERATIONS} are read.", "error")
            )
            break
        try:
            drafts.append(reader.draft(method, path, item, pointer))
        except RecursionError:
            say = f"{method.upper()} {path} is too intricate and was left out."
            problems.append(Problem(at(pointer, method), say, "error"))
    return drafts, problems


def _places(
    document: dict[str, Any], problems: list[Problem]
) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    paths = document.get("paths", {})
    if not isinstance(paths, dict):
        problems.append(Problem("/paths", "The paths are not an object.", "error"))
        return
    for path, item in paths.items():
        here = at("", "paths", path)
        if path.startswith("x-"):
            continue
        end = follow(document, item, here)
        if isinstance(end, str) or not isinstance(end.value, dict):
            why = end if isinstance(end, str) else "it is not an object"
            problems.append(Problem(here, f"The path {path} was left out: {why}.", "error"))
        elif not path.startswith("/") or len(path) > 1000:
            say = f"The path “{path[:80]}” does not begin with a slash or is too long."
            problems.append(Problem(here, say, "error"))
        else:
            # A path item may both refer to another and add to it.
            whole = {**end.value, **{key: item[key] for key in item if key != "$ref"}}
            yield from _methods(path, whole, end.pointer, problems)


def _methods(
    path: str, item: dict[str, Any], pointer: str, problems: list[Problem]
) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    given = item.get("additionalOperations")
    more = given if isinstance(given, dict) else {}
    several = {method: item[method] for method in METHODS if method in item}
    ordered = [key for key in item if key in several]
    for method in [*ordered, *more]:
        operation = several[method] if method in several else more[method]
        if not isinstance(operation, dict) or not method.isalpha() or len(method) > 7:
            say = f"{method.upper()[:40]} {path} is not an operation and was left out."
            problems.append(Problem(at(pointer, method), say, "error"))
        else:
            yield path, method, item, pointer


def _with_slugs(drafts: list[RouteDraft]) -> Iterator[RouteDraft]:
    taken: set[str] = set()
    for draft in drafts:
        slug = free_slug(slugify(draft.name, fallback="route"), taken.__contains__)
        taken.add(slug)
        yield replace(draft, slug=slug)


def _webhooks(document: dict[str, Any]) -> Iterator[str]:
    """`POST newPet` for each request that the service makes and nobody runs here."""
    given = document.get("webhooks")
    for name, item in list(given.items())[:MAX_OPERATIONS] if isinstance(given, dict) else ():
        end = follow(document, item, "")
        value = end.value if not isinstance(end, str) and isinstance(end.value, dict) else {}
        methods = [method.upper() for method in METHODS if method in value]
        yield f"{', '.join(methods)} {name}" if methods else str(name)


def _some(keys: list[str]) -> str:
    shown = ", ".join(key[:30] for key in keys[:5]) or "none"
    return f"{shown} and more" if len(keys) > 5 else shown
