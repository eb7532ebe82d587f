from django.urls import path

from ouro_web.web.views import notifications

app_name = "notifications"
urlpatterns = [
    path("", notifications.inbox, name="list"),
    path("read", notifications.read_all, name="read-all"),
    path("<uuid:pk>", notifications.follow, name="follow"),
    path("<uuid:pk>/read", notifications.read, name="read"),
]
