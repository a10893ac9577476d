"""Routes of the records room, under /api/."""

from django.urls import path

from engine.records import api

urlpatterns = [
    path("records/", api.RecordListView.as_view()),
    path("records/derive/", api.DeriveView.as_view()),
    path("preference-pairs/", api.PreferencePairListView.as_view()),
    path("dataset-versions/", api.DatasetVersionListView.as_view()),
    path("dataset-versions/<str:sha256>/", api.DatasetVersionView.as_view()),
]
