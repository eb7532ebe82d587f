"""The pages' addresses: one module a noun."""

from django.urls import include, path

from ouro_web.web.views import (
    developers,
    health,
    home,
    keys,
    notification_choices,
    people,
    preferences,
    routes_api,
    search,
    webhooks,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("search", search.find, name="search"),
    path("developers", developers.developers, name="developers"),
    path("llms.txt", routes_api.site, name="site_text"),
    path("theme", preferences.switch_theme, name="theme"),
    path("context", preferences.choose_organization, name="context"),
    path("settings", people.settings, name="settings"),
    path("settings/notifications", notification_choices.choose, name="notification-choices"),
    path("settings/webhooks", webhooks.mine, name="webhooks"),
    path("webhooks/", include("ouro_web.web.urls.webhooks")),
    path("settings/keys", keys.api_keys, name="api-keys"),
    path("settings/keys/<uuid:pk>/revoke", keys.revoke, name="revoke-api-key"),
    path("assets/", include("ouro_web.web.urls.assets")),
    path("files/", include("ouro_web.web.urls.files")),
    path("datasets/", include("ouro_web.web.urls.datasets")),
    path("services/", include("ouro_web.web.urls.services")),
    path("routes/", include("ouro_web.web.urls.routes")),
    path("posts/", include("ouro_web.web.urls.posts")),
    path("quests/", include("ouro_web.web.urls.quests")),
    path("actions/", include("ouro_web.web.urls.actions")),
    path("comments/", include("ouro_web.web.urls.comments")),
    path("conversations/", include("ouro_web.web.urls.conversations")),
    path("notifications/", include("ouro_web.web.urls.notifications")),
    path("organizations/", include("ouro_web.web.urls.organizations")),
    path("teams/", include("ouro_web.web.urls.teams")),
    path("users/", include("ouro_web.web.urls.people")),
]
