from django.urls import include, path

from ouro_web.web.views import api_docs

urlpatterns = [
    path("api/docs", api_docs.page, name="api-docs"),
    path("api/", include("ouro_web.api.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("ouro_web.web.urls")),
]

handler400 = "ouro_web.web.views.errors.bad_request"
handler403 = "ouro_web.web.views.errors.forbidden"
handler404 = "ouro_web.web.views.errors.not_found"
handler429 = "ouro_web.web.views.errors.too_many"
handler500 = "ouro_web.web.views.errors.server_error"
