"""Registers the room with Django."""

from django.apps import AppConfig


class PhotosConfig(AppConfig):
    """The room's label names its tables and its migrations."""

    name = "engine.photos"
    label = "photos"
