"""Registers the room with Django."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """The room's label names its tables and its migrations."""

    name = "engine.rounds"
    label = "rounds"
