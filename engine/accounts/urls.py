"""Routes of the room, below /api/."""

from django.urls import path

from engine.accounts.api import MeView, SkillsView, TokenView

urlpatterns = [
    path("token/", TokenView.as_view(), name="token"),
    path("me/", MeView.as_view(), name="me"),
    path("people/<int:person_id>/skills/", SkillsView.as_view()),
]
