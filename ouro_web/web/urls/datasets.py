from django.urls import path

from ouro_web.web.views import (
    dataset_columns,
    dataset_versions,
    dataset_views,
    datasets,
    datasets_making,
)

app_name = "datasets"
urlpatterns = [
    path("", datasets.list_datasets, name="list"),
    path("new", datasets_making.new, name="new"),
    path("new/empty", datasets_making.new_empty, name="new_empty"),
    path("new/<uuid:arrival>", datasets_making.arrived, name="arriving"),
    path("<uuid:pk>", datasets.by_id, name="by_id"),
    path("<uuid:pk>/download.<str:kind>", datasets.download, name="download"),
    path("<uuid:pk>/versions/<int:number>/restore", dataset_versions.restore, name="restore"),
    path("<str:owner>/<str:slug>", datasets.detail, name="detail"),
    path("<str:owner>/<str:slug>/rows/<int:number>", datasets.row, name="row"),
    path("<str:owner>/<str:slug>/add", datasets_making.add_rows, name="add_rows"),
    path("<str:owner>/<str:slug>/schema", dataset_columns.schema, name="schema"),
    path("<str:owner>/<str:slug>/columns", dataset_columns.change, name="change_columns"),
    path("<str:owner>/<str:slug>/snapshot", datasets.snapshot, name="snapshot"),
    path("<str:owner>/<str:slug>/sql", datasets.console, name="sql"),
    path("<str:owner>/<str:slug>/views", dataset_views.list_views, name="views"),
    path("<str:owner>/<str:slug>/views/new", dataset_views.new, name="new_view"),
    path("<str:owner>/<str:slug>/views/<uuid:view>", dataset_views.show, name="view"),
    path("<str:owner>/<str:slug>/views/<uuid:view>/edit", dataset_views.edit, name="edit_view"),
    path(
        "<str:owner>/<str:slug>/views/<uuid:view>/delete", dataset_views.delete, name="delete_view"
    ),
]
