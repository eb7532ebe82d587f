"""The JSON face, under a prefix of its own since its bare paths clash with page paths."""

from django.urls import path, re_path

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
    people,
    posts,
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
api.add_router("", files.files)
api.add_router("", datasets.datasets)
api.add_router("", tables.tables)
api.add_router("", services.services)
api.add_router("", routes.routes)
api.add_router("", runs.runs)
api.add_router("/actions", actions.actions)

urlpatterns = [
    path("openapi.json", document.openapi, name="openapi"),
    path("", api.urls),
    re_path("", missing.address),
]
