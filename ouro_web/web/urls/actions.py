from django.urls import path

from ouro_web.web.views import actions

app_name = "actions"
urlpatterns = [
    path("", actions.mine, name="list"),
    path("<uuid:pk>", actions.detail, name="detail"),
    path("<uuid:pk>/log", actions.logs, name="logs"),
    path("<uuid:pk>/raw/<str:side>", actions.raw, name="raw"),
    path("<uuid:pk>/again", actions.again, name="again"),
    path("<uuid:pk>/cancel", actions.cancel, name="cancel"),
    path("<uuid:pk>/share", actions.share, name="share"),
    path("<uuid:pk>/late", actions.accept_late, name="late"),
]
