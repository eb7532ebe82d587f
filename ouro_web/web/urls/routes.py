from django.urls import path

from ouro_web.web.views import actions, picker, routes_about, routes_api, routes_settings, run

app_name = "routes"
urlpatterns = [
    path("<uuid:pk>", run.by_id, name="by_id"),
    path("<uuid:pk>/api.txt", routes_api.text_by_id, name="text_by_id"),
    path("<str:owner>/<slug:slug>", run.page, name="detail"),
    path("<str:owner>/<slug:slug>/run", run.page, name="run"),
    path("<str:owner>/<slug:slug>/actions", actions.of_route, name="actions"),
    path("<str:owner>/<slug:slug>/picker", picker.picker, name="picker"),
    path("<str:owner>/<slug:slug>/api", routes_api.api, name="api"),
    path("<str:owner>/<slug:slug>/api.txt", routes_api.text, name="text"),
    path("<str:owner>/<slug:slug>/about", routes_about.about, name="about"),
    path("<str:owner>/<slug:slug>/settings", routes_settings.settings, name="settings"),
]
