from django.urls import path

from ouro_web.web.views import feeds, people

app_name = "people"
urlpatterns = [
    path("<str:username>", people.detail, name="detail"),
    path("<str:username>/follow", people.follow, name="follow"),
    path("<str:username>/followers", people.followers, name="followers"),
    path("<str:username>/following", people.followed, name="following"),
    path("<str:username>/feed", feeds.of_person, name="feed"),
]
