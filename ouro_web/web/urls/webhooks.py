from django.urls import path

from ouro_web.web.views import webhooks

app_name = "webhooks"
urlpatterns = [
    path("<uuid:pk>", webhooks.detail, name="detail"),
    path("<uuid:pk>/do", webhooks.do, name="do"),
    path("<uuid:pk>/deliveries/<uuid:delivery>", webhooks.delivery, name="delivery"),
]
