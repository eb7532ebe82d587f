from django.urls import path

from ouro_web.web.views import quests, quests_making, quests_reviewing

app_name = "quests"
urlpatterns = [
    path("", quests.every, name="list"),
    path("new", quests_making.new, name="new"),
    path("assigned", quests.assigned, name="assigned"),
    path("<uuid:pk>", quests.by_id, name="by_id"),
    path("items/<uuid:pk>/edit", quests_making.edit_item, name="item"),
    path("items/<uuid:pk>/delete", quests_making.delete_item, name="delete_item"),
    path("items/<uuid:pk>/enter", quests_making.enter, name="enter"),
    path("items/<uuid:pk>/rescore", quests_reviewing.rescore, name="rescore"),
    path("items/<uuid:pk>/leaderboard", quests.leaderboard, name="leaderboard"),
    path("entries/<uuid:pk>", quests.entry, name="entry"),
    path("entries/<uuid:pk>/review", quests_reviewing.review, name="review"),
    path("entries/<uuid:pk>/evaluate", quests_reviewing.evaluate, name="evaluate"),
    path("<str:owner>/<str:slug>", quests.detail, name="detail"),
    path("<str:owner>/<str:slug>/edit", quests_making.edit, name="edit"),
    path("<str:owner>/<str:slug>/status", quests_making.status, name="status"),
    path("<str:owner>/<str:slug>/items/new", quests_making.add_item, name="add_item"),
    path("<str:owner>/<str:slug>/entries", quests.entries, name="entries"),
]
