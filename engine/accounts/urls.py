"""Routes of the room, below /api/."""

from django.urls import path

from engine.accounts.api import MeView, TokenView

urlpatterns = [
    path("token/", TokenView.as_view(), name="token"),
    path("me/", MeView.as_view(), name="me"),
]
