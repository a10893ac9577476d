"""Registers the room with Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The room's label names its tables and its migrations."""

    name = "engine.demo"
    label = "demo"
