from django.urls import path

from ouro_web.web.views import feeds, people

app_name = "people"
urlpatterns = [
    path("<str:username>", people.detail, name="detail"),
    path("<str:username>/feed", feeds.of_person, name="feed"),
]
