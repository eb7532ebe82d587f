from django.urls import path

from ouro_web.web.views import feeds, members, teams

app_name = "teams"
TEAM = "<slug:organization>/<slug:name>"
urlpatterns = [
    path("", teams.every, name="list"),
    path("pin/<uuid:pk>", teams.pin, name="pin"),
    path(TEAM, teams.detail, name="detail"),
    path(f"{TEAM}/feed", feeds.of_team, name="feed"),
    path(f"{TEAM}/read", teams.read, name="read"),
    path(f"{TEAM}/settings", teams.settings, name="settings"),
    path(f"{TEAM}/dissolve", teams.dissolve, name="dissolve"),
    path(f"{TEAM}/join", members.join, name="join"),
    path(f"{TEAM}/leave", members.leave_team, name="leave"),
    path(f"{TEAM}/members", members.of_team, name="members"),
    path(f"{TEAM}/members/<str:username>", members.change_in_team, name="member"),
    path(f"{TEAM}/requests/<uuid:pk>", members.answer, name="answer"),
    path(f"{TEAM}/bans", members.ban, name="ban"),
]
