from django.urls import path

from ouro_web.web.views import (
    drawings,
    feeds,
    posts,
    posts_aids,
    posts_blocks,
    posts_moving,
    posts_writing,
)

app_name = "posts"
urlpatterns = [
    path("", posts.every, name="list"),
    path("new", posts_writing.new, name="new"),
    path("import", posts_moving.bring, name="import"),
    path("feed", feeds.of_site, name="feed"),
    path("oembed", feeds.oembed, name="oembed"),
    path("preview", posts_writing.preview, name="preview"),
    path("diagram", drawings.frame, name="diagram"),
    path("aids/assets", posts_aids.assets, name="assets"),
    path("aids/link", posts_aids.link, name="link"),
    path("aids/block", posts_blocks.block, name="block"),
    path("aids/people", posts_aids.people, name="people"),
    path("aids/embed", posts_aids.one_embed, name="embed"),
    path("aids/upload", posts_aids.upload, name="upload"),
    path("<uuid:pk>", posts.by_id, name="by_id"),
    path("<str:owner>/<str:slug>", posts.detail, name="detail"),
    path("<str:owner>/<str:slug>/markdown", posts_moving.as_markdown, name="markdown"),
    path("<str:owner>/<str:slug>/html", posts_moving.as_page, name="html"),
    path("<str:owner>/<str:slug>/zip", posts_moving.as_archive, name="zip"),
    path("<str:owner>/<str:slug>/edit", posts_writing.edit, name="edit"),
    path("<str:owner>/<str:slug>/publish", posts_writing.publish, name="publish"),
    path("<str:owner>/<str:slug>/discard", posts_writing.discard, name="discard"),
    path("<str:owner>/<str:slug>/revisions", posts.revisions, name="revisions"),
    path("<str:owner>/<str:slug>/revisions/<int:number>", posts.revision, name="revision"),
    path(
        "<str:owner>/<str:slug>/revisions/<int:number>/restore",
        posts_writing.restore,
        name="restore",
    ),
]
