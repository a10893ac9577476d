"""Routes of the room, under /api/."""

from django.urls import path

from engine.rounds.api import (
    CancelRoundView,
    CandidateLineageView,
    RetryRoundView,
    RoundListView,
    RoundView,
)

urlpatterns = [
    path("rounds/", RoundListView.as_view()),
    path("rounds/<int:round_id>/", RoundView.as_view()),
    path("rounds/<int:round_id>/cancel/", CancelRoundView.as_view()),
    path("rounds/<int:round_id>/retry/", RetryRoundView.as_view()),
    path("candidates/<uuid:candidate_id>/lineage/", CandidateLineageView.as_view()),
]
