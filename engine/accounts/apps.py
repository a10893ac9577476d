"""Registers the room with Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The room's label names its tables and its migrations."""

    name = "engine.accounts"
    label = "accounts"
