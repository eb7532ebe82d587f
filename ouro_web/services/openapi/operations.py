"""One operation of a document as a value that can be read without the rest of it."""

from dataclasses import replace
from typing import Any

from ouro_web.lib import declarations, fields
from ouro_web.services.openapi import contents, hints, parameters, security, swagger
from ouro_web.services.openapi.addresses import addresses
from ouro_web.services.openapi.drafts import RouteDraft
from ouro_web.services.openapi.parameters import text
from ouro_web.services.openapi.problems import Problem, at
from ouro_web.services.openapi.references import follow
from ouro_web.services.openapi.schemas import Library, Reader

MODES = ("sync", "async")
# Parts of the schemas that one operation keeps: of what it takes, and of what it answers, which
# in some documents leads to all that the service knows.
MOST_ASKED = 40_000
MOST_ANSWERED = 4_000


class OperationReader:
    """What all operations of one document share."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.old_words = "swagger" in document
        self.library = Library(document, old=not _is_modern(document))
        self.secured = security.places(document)

    def draft(self, method: str, path: str, item: dict[str, Any], pointer: str) -> RouteDraft:
        """`item` is the path item, `pointer` leads to it; the operation is one of its keys."""
        own = item[method] if method in item else item["additionalOperations"][method]
        here = at(pointer, *([] if method in item else ["additionalOperations"]), method)
        reader, answers = Reader(self.library), Reader(self.library)
        levels = [(item.get("parameters"), at(pointer, "parameters"))]
        levels.append((own.get("parameters"), at(here, "parameters")))
        raws = parameters.merged(self.document, levels, reader)
        operation = {
            "method": method.upper(),
            "path": path,
            "operation_id": text(own.get("operationId")),
            "summary": " ".join(text(own.get("summary")).split()),
            "description": text(own.get("description")) or text(item.get("description")),
            "tags": _texts(own.get("tags")),
            "deprecated": own.get("deprecated") is True,
            "parameters": parameters.read(raws, path, self.secured, reader),
            "bodies": self.bodies(own, raws, here, reader),
            "responses": self.responses(own, here, answers),
            "security": _security(own.get("security", self.document.get("security"))),
            "servers": addresses(own.get("servers") or item.get("servers")),
            "callbacks": _names(own.get("callbacks")),
            "extensions": {key: own[key] for key in own if key.startswith("x-ouro-")},
        }
        return self.finished(operation, here, reader, answers)

    def bodies(
        self, own: dict[str, Any], raws: list[parameters.Raw], here: str, reader: Reader
    ) -> list[dict[str, Any]]:
        if not self.old_words:
            return contents.bodies(own.get("requestBody"), at(here, "requestBody"), reader)
        consumes = swagger.media_types(self.document, own, "consumes")
        return contents.bodies(swagger.request_body(raws, consumes), at(here, "parameters"), reader)

    def responses(self, own: dict[str, Any], here: str, reader: Reader) -> dict[str, Any]:
        given, pointer = own.get("responses"), at(here, "responses")
        if self.old_words and isinstance(given, dict):
            produces = swagger.media_types(self.document, own, "produces")
            ends = {key: follow(self.document, item, pointer) for key, item in given.items()}
            given = {
                status: swagger.response(end.value, produces)
                for status, end in ends.items()
                if not isinstance(end, str) and isinstance(end.value, dict)
            }
        return contents.responses(given, pointer, reader)

    def finished(
        self, operation: dict[str, Any], here: str, reader: Reader, answers: Reader
    ) -> RouteDraft:
        names = self.library.closure(reader.reached, MOST_ASKED)
        names |= self.library.closure(answers.reached, MOST_ANSWERED, known=names)
        problems = [*reader.problems, *answers.problems]
        for name in sorted(names):
            problems.extend(self.library.problems[name])
        operation["$defs"] = self.definitions(names, {*reader.reached, *answers.reached})
        if len(operation["$defs"]) > len(names):
            problems.append(Problem(here, "Schemas far inside are taken as any value: too many."))
        if operation["servers"]:
            said = f"It names a server of its own: {operation['servers'][0]}"
            problems.append(Problem(at(here, "servers"), said))
        inputs = inputs_of(operation)
        mode, notes = _execution_mode(operation)
        notes.extend(declarations.remarks(operation))
        problems.extend(Problem(here, note) for note in notes)
        problems.extend(hints.for_operation(operation, inputs, here))
        problems = list(dict.fromkeys(problems))
        operation["remarks"] = [item.message for item in problems if item.level == "remark"]
        return RouteDraft(
            name=(operation["summary"] or f"{operation['method']} {operation['path']}")[:255],
            slug="",
            operation=operation,
            input_assets=declarations.as_json(inputs, "input"),
            output_assets=declarations.as_json(declarations.read_outputs(operation), "output"),
            execution_mode=mode,
            problems=tuple(problems),
        )

    def definitions(self, names: set[str], wanted: set[str]) -> dict[str, Any]:
        """Those names with their schemas; what they lead to beyond is any value."""
        led = wanted.union(*(self.library.reaches[name] for name in names))
        return {
            name: self.library.schemas[name] if name in names else {}
            for name in sorted(names | led)
        }


def inputs_of(operation: dict[str, Any]) -> dict[str, declarations.Declaration]:
    read = _with_presence(declarations.read_inputs(operation), operation)
    return fields.with_places(operation, read)


def declared(operation: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The inputs, the outputs and the mode that a stored operation declares, as a route keeps
    them."""
    outputs = declarations.read_outputs(operation)
    return (
        declarations.as_json(inputs_of(operation), "input"),
        declarations.as_json(outputs, "output"),
        _execution_mode(operation)[0],
    )


def _is_modern(document: dict[str, Any]) -> bool:
    return str(document.get("openapi", "")).startswith(("3.1", "3.2"))


def _security(given: Any) -> list[dict[str, Any]]:
    return [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []


def _names(given: Any) -> list[str]:
    return [str(name)[:200] for name in given][:50] if isinstance(given, dict) else []


def _texts(given: Any) -> list[str]:
    return [item for item in given if isinstance(item, str)] if isinstance(given, list) else []


def _execution_mode(operation: dict[str, Any]) -> tuple[str, list[str]]:
    given = operation["extensions"].get("x-ouro-execution-mode")
    if given in MODES or given is None:
        return given or "sync", []
    return "sync", [f"The execution mode “{given}” is neither sync nor async; sync is used."]


def _with_presence(
    inputs: dict[str, declarations.Declaration], operation: dict[str, Any]
) -> dict[str, declarations.Declaration]:
    """An input whose place in the body may be left out is optional, unless the author says so."""
    raw = operation["extensions"].get("x-ouro-input-assets")
    said = raw if isinstance(raw, dict) else {}
    body = operation["bodies"][0]["schema"] if operation["bodies"] else {}

    def optional(item: declarations.Declaration) -> bool:
        entry = said.get(item.name)
        if isinstance(entry, dict) and ("optional" in entry or "required" in entry):
            return item.optional
        return _may_be_left_out(body, item.path, operation["$defs"])

    return {name: replace(item, optional=optional(item)) for name, item in inputs.items()}


def _may_be_left_out(schema: Any, path: tuple[str, ...], definitions: dict[str, Any]) -> bool:
    for key in path:
        schema = hints.plain(schema, definitions)
        properties = schema.get("properties", {})
        if key not in properties:
            return False
        if key not in schema.get("required", []):
            return True
        schema = properties[key]
    return False
