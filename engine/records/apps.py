"""Registers the room with Django."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The room's label names its tables and its migrations."""

    name = "engine.records"
    label = "records"
