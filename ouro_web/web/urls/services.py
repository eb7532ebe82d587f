from django.urls import path

from ouro_web.web.views import routes_settings, services, services_making

app_name = "services"
urlpatterns = [
    path("", services.every, name="list"),
    path("new", services_making.new, name="new"),
    path("new/bare", services_making.bare, name="bare"),
    path("new/<uuid:draft>", services_making.review, name="review"),
    path("<uuid:pk>", services.by_id, name="by_id"),
    path("<str:owner>/<str:slug>", services.detail, name="detail"),
    path("<str:owner>/<str:slug>/spec", services.spec, name="spec"),
    path("<str:owner>/<str:slug>/spec/document", services.document, name="document"),
    path("<str:owner>/<str:slug>/settings", services_making.settings, name="settings"),
    path("<str:owner>/<str:slug>/add-route", routes_settings.add, name="add_route"),
    path("<str:owner>/<str:slug>/test", services_making.test, name="test"),
    path("<str:owner>/<str:slug>/limits", services_making.limits, name="limits"),
    path("<str:owner>/<str:slug>/refresh", services_making.refresh, name="refresh"),
    path(
        "<str:owner>/<str:slug>/refresh/<uuid:draft>",
        services_making.apply_refresh,
        name="apply_refresh",
    ),
]
