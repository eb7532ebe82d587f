from django.urls import path

from ouro_web.web.views import conversations, conversations_about

app_name = "conversations"
urlpatterns = [
    path("", conversations.mine, name="list"),
    path("new", conversations_about.new, name="new"),
    path("<uuid:pk>", conversations.detail, name="detail"),
    path("<uuid:pk>/messages/<uuid:message>/edit", conversations.edit, name="edit_message"),
    path("<uuid:pk>/about", conversations_about.about, name="about"),
    path("<uuid:pk>/members", conversations_about.bring_in, name="bring_in"),
    path("<uuid:pk>/members/<str:username>/remove", conversations_about.send_out, name="send_out"),
    path("<uuid:pk>/leave", conversations_about.leave, name="leave"),
]
