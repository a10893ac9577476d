"""Registers the room with Django."""

from django.apps import AppConfig


class ArtistryConfig(AppConfig):
    """The room's label names its tables and its migrations."""

    name = "engine.artistry"
    label = "artistry"
