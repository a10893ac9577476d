"""Routes of placing, under /api/alignments/."""

from django.urls import path

from engine.annotation.alignment import api

urlpatterns = [
    path("next/", api.NextAlignmentView.as_view()),
    path("<int:task_id>/heartbeat/", api.AlignmentHeartbeatView.as_view()),
    path("<int:task_id>/draft/", api.AlignmentDraftView.as_view()),
    path("<int:task_id>/release/", api.AlignmentReleaseView.as_view()),
    path("<int:task_id>/snap/", api.AlignmentSnapView.as_view()),
    path("<int:task_id>/submit/", api.AlignmentSubmitView.as_view()),
]
