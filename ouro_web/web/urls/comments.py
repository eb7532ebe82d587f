from django.urls import path

from ouro_web.web.views import comments

app_name = "comments"
urlpatterns = [
    path("on/<uuid:asset>", comments.thread, name="thread"),
    path("<uuid:pk>", comments.detail, name="detail"),
    path("<uuid:pk>/reply", comments.reply, name="reply"),
    path("<uuid:pk>/edit", comments.edit, name="edit"),
    path("<uuid:pk>/react", comments.react, name="react"),
    path("<uuid:pk>/delete", comments.delete, name="delete"),
]
