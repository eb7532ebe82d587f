"""What authors declare beside a route, filtered to what the client can read."""

from typing import Any

OUTPUTS = ("file", "dataset", "post", "comment")
PLAIN = (bool, int, float, str)


def input_entry(entry: dict[str, Any]) -> dict[str, Any]:
    extensions = entry.get("file_extensions")
    return {**entry, **({"input_file_extensions": extensions} if extensions else {})}


def output(entry: dict[str, Any]) -> dict[str, Any] | None:
    """None for what no answer can become."""
    if entry.get("asset_type") not in OUTPUTS:
        return None
    when = entry.get("when")
    good = isinstance(when, dict) and all(_condition(value) for value in when.values())
    return entry if good else {key: value for key, value in entry.items() if key != "when"}


def properties(given: Any) -> list[dict[str, Any]] | None:
    found = [item for item in _objects(given) if _is_property(item)]
    return found or None


def charts(given: Any) -> list[dict[str, Any]] | None:
    found = [
        item
        for item in _objects(given)
        if _texts(item, "data", "title")
        and isinstance(item.get("config"), dict)
        and _texts_if_there(item, "description", "dataset", "sort")
        and (item.get("limit") is None or (_is_whole(item["limit"]) and item["limit"] > 0))
    ]
    return found or None


def capabilities(given: Any) -> dict[str, Any] | None:
    found = {
        name: item
        for name, item in (given.items() if isinstance(given, dict) else ())
        if isinstance(item, dict)
        and _text_list(item.get("supported_languages"))
        and _texts(item, "cache_version")
        and item.get("cache_scope", "none") in ("none", "user", "shared")
        and all(isinstance(item.get(key, False), bool) for key in ("trusted", "structured_content"))
        and (name != "text.speech.v1" or _voices(item.get("voices")))
    }
    return found or None


def _is_property(item: dict[str, Any]) -> bool:
    subject, requires = item.get("subject"), item.get("requires")
    return (
        _texts(item, "property", "value")
        and _texts_if_there(item, "unit", "uncertainty", "method")
        and (subject is None or _is_subject(subject))
        and (item.get("conditions") is None or _text_map(item["conditions"]))
        and (item.get("when") is None or _conditions(item["when"]))
        and (requires is None or _requirements(requires))
    )


def _is_subject(value: Any) -> bool:
    return _text_map(value) and len(value) == 1 and next(iter(value)) in ("input", "output")


def _requirements(value: Any) -> bool:
    return isinstance(value, dict) and all(_requirement(item) for item in value.values())


def _requirement(item: Any) -> bool:
    if isinstance(item, dict):
        numbers = all(_is_number(bound) for bound in item.values())
        return bool(item) and set(item) <= {"min", "max"} and numbers
    return bool(item) if isinstance(item, list) else isinstance(item, PLAIN)


def _conditions(value: Any) -> bool:
    return isinstance(value, dict) and all(_condition(item) for item in value.values())


def _condition(value: Any) -> bool:
    several = value if isinstance(value, list) else [value]
    return all(isinstance(item, PLAIN) for item in several)


def _voices(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict)
        and _texts(item, "id")
        and _texts_if_there(item, "name", "language")
        and (item.get("languages") is None or isinstance(item["languages"], list))
        for item in value
    )


def _objects(given: Any) -> list[dict[str, Any]]:
    return [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []


def _texts(item: dict[str, Any], *keys: str) -> bool:
    return all(isinstance(item.get(key), str) and item[key] for key in keys)


def _texts_if_there(item: dict[str, Any], *keys: str) -> bool:
    return all(item.get(key) is None or isinstance(item[key], str) for key in keys)


def _text_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _text_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
