"""Registers the room with Django."""

from django.apps import AppConfig


class AnnotationConfig(AppConfig):
    """The room's label names its tables and its migrations."""

    name = "engine.annotation"
    label = "annotation"
