"""The JSON face, under a prefix of its own since its bare paths clash with page paths."""

from collections.abc import Iterable

from django.urls import URLPattern, URLResolver, include, path, re_path

from ouro_web.api.http import api
from ouro_web.api.views import (
    actions,
    assets,
    comments,
    compatible,
    connection,
    conversations,
    datasets,
    document,
    files,
    missing,
    money,
    notifications,
    organizations,
    parts,
    people,
    posts,
    quest_entries,
    quest_items,
    quests,
    routes,
    runs,
    services,
    tables,
    teams,
)

api.add_router("", connection.connection)
api.add_router("/user/notifications", notifications.notifications)
api.add_router("", people.people)
api.add_router("/organizations", organizations.organizations)
api.add_router("/teams", teams.teams)
api.add_router("", money.money)
api.add_router("", compatible.compatible)
api.add_router("", assets.assets)
api.add_router("", posts.posts)
api.add_router("", comments.comments)
api.add_router("", conversations.conversations)
# Before files, one of which could be called parts/name.
api.add_router("", parts.parts)
api.add_router("", quest_items.items)
api.add_router("", quest_entries.entries)
api.add_router("", quests.quests)
api.add_router("", files.files)
api.add_router("", datasets.datasets)
api.add_router("", tables.tables)
api.add_router("", services.services)
api.add_router("", routes.routes)
api.add_router("", runs.runs)
api.add_router("/actions", actions.actions)


def by_first_word(patterns: Iterable[URLPattern]) -> list[URLPattern | URLResolver]:
    """The same addresses, found by their first word: Django tries one pattern after the other, and
    here each method of an address is one."""
    groups: dict[str, dict[str, URLPattern]] = {}
    for pattern in patterns:
        word, _, rest = str(pattern.pattern).partition("/")
        groups.setdefault(word, {})[rest] = pattern
    found: list[URLPattern | URLResolver] = []
    for word, group in groups.items():
        if alone := group.pop("", None):
            found.append(path(word, alone.callback, name=alone.name))
        if group:
            inner = [path(route, each.callback, name=each.name) for route, each in group.items()]
            found.append(path(f"{word}/", include(inner)))
    return found


patterns, app_name, namespace = api.urls
operations = [each for each in patterns if isinstance(each, URLPattern)]  # and nothing else
urlpatterns = [
    path("openapi.json", document.openapi, name="openapi"),
    path("", (by_first_word(operations), app_name, namespace)),
    re_path("", missing.address),
]
