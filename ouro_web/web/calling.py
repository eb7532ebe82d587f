"""How programs call a route: what goes in as one table, and code with this route's own ids and
defaults. The page and the plain text beside it say the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Self

from django.conf import settings

from ouro_web.lib import fields
from ouro_web.lib.declarations import Declaration, from_stored
from ouro_web.lib.fields import exact
from ouro_web.lib.fields.view import resolve, types
from ouro_web.services.models import ExecutionMode, Route
from ouro_web.web import code
from ouro_web.web.schema_tree import Node, Tree

PLACES = {"path": "params", "query": "query", "header": "headers", "cookie": "cookies"}
AREAS = {"path": "params", "query": "query", "headers": "headers", "cookies": "cookies"}
STAND_INS = {
    "string": "...", "boolean": False, "array": [], "object": {}, "integer": 1, "number": 1.0,
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One value of the request. `filled` by the site itself."""

    place: str
    node: Node
    filled: bool = False


@dataclass(frozen=True)
class Snippet:
    title: str
    language: str
    text: str

    @property
    def shown(self) -> Any:
        return code.coloured(self.text, self.language)


class Calling:
    def __init__(self, route: Route) -> None:
        self.route = route
        self.inputs = from_stored(route.input_assets, "input")
        self.outputs = from_stored(route.output_assets, "output")
        self.operation = route.operation
        self.root = {"$defs": self.operation.get("$defs") or {}}

    def given(
        self, document: Mapping[str, Any], assets: Mapping[str, Any], output: Mapping[str, Any]
    ) -> Self:
        """With these values in the place of an example. `assets` are ids by declared name."""
        found: dict[str, Any] = {
            word: dict(document[area]) for area, word in AREAS.items() if document.get(area)
        }
        if "body" in document:
            found["body"] = document["body"]
        if document.get("content_type") not in (None, "", self._usual_type):
            found.setdefault("headers", {})["Content-Type"] = document["content_type"]
        more = {"input_assets": dict(assets), "output": dict(output)}
        self.config = found | {word: value for word, value in more.items() if value}
        return self

    @property
    def _usual_type(self) -> str:
        return next(iter(fields.content_types(self.operation)), "")

    # What goes in
    @cached_property
    def rows(self) -> list[Row]:
        tree = Tree(self.root["$defs"])
        found = [Row("asset", _asset_node(item)) for item in self.inputs.values()]
        found += [
            Row("body", node) for node in self._body_nodes(tree) if node.name not in self._placed
        ]
        for item in self.operation.get("parameters") or []:
            node = tree.node(item["name"], item["schema"], required=bool(item.get("required")))
            node.description = item.get("description") or node.description
            found.append(Row(item["in"], node))
        told = "Set by this site on every call, like the five other ouro-* headers."
        return [*found, Row("header", Node("ouro-action-id", "uuid", description=told), True)]

    @property
    def summary(self) -> str:
        words = {"asset": "asset", "body": "body field", "path": "path value"}
        words |= {"query": "query parameter", "header": "header", "cookie": "cookie"}
        places = [row.place for row in self.rows if not row.filled]
        counted = [(places.count(place), word) for place, word in words.items()]
        told = [f"{number} {word}{'s' * (number > 1)}" for number, word in counted if number]
        return ", ".join(told) or "Nothing but its address"

    def _body_nodes(self, tree: Tree) -> Iterator[Node]:
        body = next(iter(self.operation.get("bodies") or []), None)
        if body is None:
            return
        whole = tree.node("body", body["schema"], required=bool(body.get("required")))
        yield from whole.children if self._is_object(body["schema"]) else [whole]

    def _is_object(self, schema: Any) -> bool:
        return bool(resolve(self.root, schema).get("properties")) or "object" in types(
            resolve(self.root, schema)
        )

    @cached_property
    def _placed(self) -> set[str]:
        """The names in the body at which the site puts an asset."""
        return {item.path[0] for item in self.inputs.values() if item.path}

    # An example of it
    @cached_property
    def config(self) -> dict[str, Any]:
        """The body of a call over HTTP: the defaults, and something where something is needed."""
        document = fields.build(self.operation, self.inputs).document
        found: dict[str, Any] = {}
        for place, word in PLACES.items():
            area = {"header": "headers", "cookie": "cookies"}.get(place, place)
            values = {**self._needed(place), **(document.get(area) or {})}
            if values:
                found[word] = values
        body = self._body(document.get("body"))
        if body is not None:
            found["body"] = body
        if self.inputs:
            found["input_assets"] = {
                name: [f"your-{item.asset_type}-id"] if item.many else f"your-{item.asset_type}-id"
                for name, item in self.inputs.items()
                if not item.optional or len(self.inputs) == 1
            }
        return found

    def _needed(self, place: str) -> dict[str, Any]:
        listed = self.operation.get("parameters") or []
        return {
            item["name"]: self._stand_in(item["schema"])
            for item in listed
            if item["in"] == place and item.get("required")
        }

    def _body(self, given: Any) -> Any:
        body = next(iter(self.operation.get("bodies") or []), None)
        if body is None or not self._is_object(body["schema"]):
            return given
        view = resolve(self.root, body["schema"])
        properties = view.get("properties") or {}
        needed = {
            name: self._stand_in(properties.get(name, {}))
            for name in view.get("required") or []
            if name not in self._placed
        }
        values = {**needed, **(given if isinstance(given, dict) else {})}
        return {name: value for name, value in values.items() if name not in self._placed}

    def _stand_in(self, schema: Any) -> Any:
        view, _, _ = Tree(self.root["$defs"]).plain(schema)
        for word in ("default", "const"):
            if view.get(word) is not None:
                return view[word]
        for word in ("examples", "enum"):
            if isinstance(view.get(word), list) and view[word]:
                return view[word][0]
        kind = next((name for name in types(view) if name in STAND_INS), "string")
        return view.get("minimum", STAND_INS[kind])

    # Code
    @property
    def python(self) -> list[Snippet]:
        return [
            Snippet("Retrieve", "python", self._retrieve()),
            Snippet(self._run_title(), "python", self._run()),
            Snippet("Read past runs", "python", PAST_RUNS),
        ]

    def _retrieve(self) -> str:
        return (
            "from ouro import Ouro\n\n"
            "ouro = Ouro()  # reads OURO_API_KEY and OURO_BASE_URL\n"
            f'route = ouro.routes.retrieve("{self.route.pk}")\n'
            f'route = ouro.routes.retrieve("{self.route.identifier}")  # the same, by identifier'
        )

    def program(self) -> Snippet:
        """All of a program that makes this one run."""
        lines = [
            "from ouro import Ouro",
            "",
            "ouro = Ouro()  # reads OURO_API_KEY and OURO_BASE_URL",
            f'route = ouro.routes.retrieve("{self.route.pk}")',
            self._run(),
        ]
        if _has_long_numbers(self.config):
            lines.insert(0, "# Python keeps fewer digits of some numbers than curl would send.")
        return Snippet("Python", "python", "\n".join(lines))

    def command(self) -> Snippet:
        """The same run from a shell."""
        return Snippet("curl", "shell", self._curl())

    def _run_title(self) -> str:
        kinds = {item.asset_type for item in self.inputs.values()}
        return f"Run with a {kinds.pop()}" if len(kinds) == 1 else "Run"

    def _run(self) -> str:
        words = [f"    {name}={code.python(value, 1)}," for name, value in self.config.items()]
        call = "\n".join(["action = route.execute(", *words, ")"]) if words else (
            "action = route.execute()"
        )  # fmt: skip
        reads = ["print(action.status)", *self._reads()]
        return "\n".join([call, *reads])

    def _reads(self) -> Iterator[str]:
        certain = [item.name for item in self.outputs.values() if not (item.when or item.optional)]
        for name in certain:
            yield f'print(action.final_data["{name}"]["id"])'
        if not certain:
            yield "print(action.final_data)"
        if self.route.execution_mode == ExecutionMode.ASYNC:
            yield "for line in action.read_logs(chronological=True):"
            yield "    print(line.level, line.message)"

    @property
    def over_http(self) -> list[Snippet]:
        return [Snippet("curl", "shell", self._curl()), Snippet("HTTP", "http", self._http())]

    @property
    def use_url(self) -> str:
        path = f"/api/services/{self.route.service_id}/routes/{self.route.pk}/use"
        return f"{settings.PUBLIC_URL}{path}"

    def _payload(self, indent: int | None = None) -> str:
        config = dict(self.config)
        if "input_assets" in config:
            named = config["input_assets"]
            config["input_assets"] = {
                name: [{"assetId": each} for each in value]
                if isinstance(value, list)
                else {"assetId": value}
                for name, value in named.items()
            }
        return exact.dumps({"config": config}, indent=indent)

    def _curl(self) -> str:
        return (
            f"curl -X POST {self.use_url} \\\n"
            '  -H "Authorization: Bearer $OURO_API_KEY" \\\n'
            '  -H "Content-Type: application/json" \\\n'
            f"  -d {code.quoted(self._payload())}"
        )

    def _http(self) -> str:
        host, _, path = self.use_url.partition("://")[2].partition("/")
        return (
            f"POST /{path} HTTP/1.1\nHost: {host}\nAuthorization: Bearer YOUR_API_KEY\n"
            f"Content-Type: application/json\n\n{self._payload(2)}"
        )


def _has_long_numbers(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_long_numbers, value.values()))
    return (
        any(map(_has_long_numbers, value))
        if isinstance(value, list)
        else isinstance(value, Decimal)
    )


PAST_RUNS = """for action in route.read_actions():
    print(action.id, action.status, action.finished_at)

action = ouro.routes.retrieve_action(str(action.id))
for line in action.read_logs(chronological=True):
    print(line.level, line.message)"""


def _asset_node(item: Declaration) -> Node:
    endings = [f".{ending}" for ending in item.extensions]
    limits = ", ".join([*endings, *([item.filter] if item.filter else [])])
    kind = " or ".join(item.asset_types)
    told = f"{item.label}. Pass the id of a {kind} you may read."
    node = Node(item.name, kind, required=not item.optional, limits=limits)
    node.description = told
    return node
