from django.urls import path

from ouro_web.web.views import contents, file_versions, files, uploads

app_name = "files"
urlpatterns = [
    path("", files.list_files, name="list"),
    path("new", files.new, name="new"),
    path("uploads", uploads.begin, name="uploads"),
    path("uploads/direct", uploads.begin_direct, name="direct"),
    path("uploads/<uuid:upload>/direct", uploads.direct_parts, name="direct_parts"),
    path("uploads/<uuid:upload>", uploads.upload, name="upload"),
    path("uploads/<uuid:upload>/again", uploads.again, name="fetch_again"),
    path("signed/<str:token>/<str:filename>", contents.signed, name="signed"),
    path("<uuid:pk>", files.by_id, name="by_id"),
    path("<uuid:pk>/download", contents.download, name="download"),
    path("<uuid:pk>/replace", file_versions.replace, name="replace"),
    path("<uuid:pk>/versions/<int:number>", file_versions.download, name="version"),
    path("<uuid:pk>/versions/<int:number>/restore", file_versions.restore, name="restore"),
    path("<uuid:pk>/frame", contents.frame, name="frame"),
    path("<uuid:pk>/preview", contents.preview, name="preview"),
    path("<uuid:pk>/content", contents.inline, name="content"),
    path("<str:owner>/<str:slug>", files.detail, name="detail"),
    path("<str:owner>/<str:slug>/text", files.text, name="text"),
]
