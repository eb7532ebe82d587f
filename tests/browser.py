"""What a browser without script would post of a form on a page."""

from typing import Any

import html5lib


def typed(html: bytes | str, form: str = "run-form") -> dict[str, Any]:
    """The names and values of the form with this id, in their order."""
    text = html.decode() if isinstance(html, bytes) else html
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    found = next(each for each in tree.iter("form") if each.get("id") == form)
    posted: dict[str, list[str]] = {}
    for node in found.iter():
        if node.tag in ("input", "textarea", "select") and node.get("name"):
            for value in _posted_of(node):
                posted.setdefault(node.get("name"), []).append(value)
    return posted


def _posted_of(node: Any) -> list[str]:
    if node.tag == "textarea":
        return [(node.text or "").replace("\n", "\r\n")]
    if node.tag == "select":
        options = list(node.iter("option"))
        chosen = [each for each in options if each.get("selected") is not None] or options
        return [chosen[0].get("value") or ""]
    if node.get("type") == "file":
        return []
    if node.get("type") in ("radio", "checkbox") and node.get("checked") is None:
        return []
    return [node.get("value") or ""]
