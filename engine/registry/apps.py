"""Registers the room with Django."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """The room's label names its tables and its migrations."""

    name = "engine.registry"
    label = "registry"
