"""Whatever the official client and MCP server offer is called by the tests beside this one."""

import asyncio
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import ouro.resources

HERE = Path(__file__).parent
WRITTEN = "".join(path.read_text() for path in sorted(HERE.glob("*.py")))
# These hand over to methods of the client, which the tests of the client call: in test_people (a
# site without payments refuses them) and in test_quests (with a route that judges).
BY_THE_CLIENT = {
    "unlock_asset", "send_money", "get_deposit_address", "add_funds",
    "evaluate_quest_entry", "list_quest_leaderboard",
}  # fmt: skip


def methods():
    for found in pkgutil.iter_modules(ouro.resources.__path__):
        module = importlib.import_module(f"ouro.resources.{found.name}")
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__:
                for method in vars(kind):
                    if not method.startswith("_") and callable(getattr(kind, method)):
                        yield f"{name}.{method}", method


def test_every_method_of_the_client_is_called():
    missing = [full for full, method in methods() if not re.search(rf"\.{method}\(", WRITTEN)]
    assert missing == []


def test_every_tool_of_the_mcp_server_is_called():
    from ouro_mcp.server import mcp  # type: ignore[import-untyped]  # it has no types

    tools = {tool.name for tool in asyncio.run(mcp.list_tools())}
    assert len(tools) > 50
    assert {tool for tool in tools - BY_THE_CLIENT if f'"{tool}"' not in WRITTEN} == set()
