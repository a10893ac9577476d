"""Registers the room with Django."""

from django.apps import AppConfig


class CandidatesConfig(AppConfig):
    """The room's label names its tables and its migrations."""

    name = "engine.candidates"
    label = "candidates"
