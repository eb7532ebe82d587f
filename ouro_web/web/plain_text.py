"""Pages as plain markdown for programs that read instead of looking. What authors wrote is marked
as theirs: it describes, and asks nobody to do anything."""

from collections.abc import Iterable

from django.conf import settings

from ouro_web.assets.models import Asset
from ouro_web.lib.declarations import from_stored
from ouro_web.services.models import Route
from ouro_web.web.calling import Calling, Row, Snippet

LONGEST = 2000


def of_route(route: Route) -> str:
    calling = Calling(route)
    url = settings.PUBLIC_URL
    parts = [
        f"# {_line(route.name)}",
        f"{route.method} {route.path}, a route of this site. Runs are "
        f"{'asynchronous: poll the action' if route.execution_mode == 'async' else 'direct'}.",
        f"- route id: {route.pk}\n- identifier: {route.identifier}\n"
        f"- service id: {route.service_id}\n- page: {url}{route.get_absolute_url()}",
        _quoted(route.description),
        f"## Request format\n\n{_table(calling.rows)}",
        f"## Outputs\n\n{_outputs(route)}",
        "## From Python\n\n`pip install ouro-py`; set OURO_API_KEY (Settings > API keys) and "
        f"OURO_BASE_URL={url}/api.",
        *(_fenced(snippet) for snippet in calling.python),
        "## Over HTTP\n\nAdd the header `Prefer: respond-async` to get the run at once (202), "
        f"then read `GET {url}/api/actions/ID` until its status is success, error or timed-out.",
        *(_fenced(snippet) for snippet in calling.over_http),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def of_site(routes: Iterable[Asset]) -> str:
    url = settings.PUBLIC_URL
    lines = [
        f"- [{_line(row.name)}]({url}/routes/{row.pk}/api.txt): "
        f"{row.as_route.method} {row.as_route.path}"
        for row in routes
    ]
    return (
        "# Ouro Web\n\n"
        "> Files, datasets, services, posts, and the runs that connect them.\n\n"
        f"- [API, interactive]({url}/api/docs)\n"
        f"- [API as an OpenAPI document]({url}/api/openapi.json)\n"
        f"- [Publish a service]({url}/developers)\n\n"
        "## Routes\n\nEach address below says in plain text how to call one route.\n\n"
        + ("\n".join(lines) or "None that you may see.")
        + "\n"
    )


def _table(rows: Iterable[Row]) -> str:
    head = "| Name | Place | Type | Needed | Default | Range or choice | Description |"
    lines = [head, "|---|---|---|---|---|---|---|"]
    for row in rows:
        node = row.node
        needed = "filled in" if row.filled else "required" if node.required else "optional"
        limits = ", ".join(filter(None, [node.limits, " / ".join(node.choices)]))
        cells = [node.name, row.place, node.kind, needed, node.default, limits, node.description]
        lines.append(f"| {' | '.join(_line(cell).replace('|', '/') for cell in cells)} |")
    return "\n".join(lines)


def _outputs(route: Route) -> str:
    declared = from_stored(route.output_assets, "output")
    lines = [
        f"- `{_line(item.name)}`: a {' or '.join(item.asset_types)}, saved and linked to the run"
        for item in declared.values()
    ]
    return "\n".join(lines) or "Plain values in the response of the run."


def _quoted(text: str) -> str:
    lines = "\n".join(f"> {line}" for line in text.strip()[:LONGEST].split("\n"))
    return f"The author says:\n\n{lines}" if text.strip() else ""


def _fenced(snippet: Snippet) -> str:
    return f"### {snippet.title}\n\n```{snippet.language}\n{snippet.text}\n```"


def _line(text: str) -> str:
    return " ".join(text.split())
