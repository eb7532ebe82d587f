from django.urls import path

from ouro_web.web.views import assets, placing

app_name = "assets"
urlpatterns = [
    path("<uuid:pk>", assets.detail, name="detail"),
    path("<uuid:pk>/edit", assets.edit, name="edit"),
    path("<uuid:pk>/ask", assets.ask, name="ask"),
    path("<uuid:pk>/share", assets.share, name="share"),
    path("<uuid:pk>/share/<str:username>", assets.unshare, name="unshare"),
    path("<uuid:pk>/place", placing.place, name="place"),
    path("<uuid:pk>/delete", assets.delete, name="delete"),
]
