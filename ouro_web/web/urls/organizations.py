from django.urls import path

from ouro_web.web.views import members, organizations, teams, webhooks

app_name = "organizations"
urlpatterns = [
    path("new", organizations.new, name="new"),
    path("<slug:name>", organizations.detail, name="detail"),
    path("<slug:name>/settings", organizations.settings, name="settings"),
    path("<slug:name>/webhooks", webhooks.of_organization, name="webhooks"),
    path("<slug:name>/join", members.join_organization, name="join"),
    path("<slug:name>/leave", members.leave_organization, name="leave"),
    path("<slug:name>/members", members.of_organization, name="members"),
    path("<slug:name>/members/<str:username>", members.change_in_organization, name="member"),
    path("<slug:name>/teams/new", teams.new, name="new_team"),
]
