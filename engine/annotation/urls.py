"""Routes of the annotation room, under /api/."""

from django.urls import path

from engine.annotation import api

urlpatterns = [
    path("assignments/next/", api.NextAssignmentView.as_view()),
    path("assignments/<int:assignment_id>/heartbeat/", api.HeartbeatView.as_view()),
    path("assignments/<int:assignment_id>/draft/", api.DraftView.as_view()),
    path("assignments/<int:assignment_id>/release/", api.ReleaseView.as_view()),
    path("assignments/<int:assignment_id>/submit/", api.SubmitView.as_view()),
    path("annotation/progress/", api.ProgressView.as_view()),
]
