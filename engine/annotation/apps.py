"""Registers the room with Django."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AnnotationConfig(AppConfig):
    """The room's label names its tables and its migrations."""

    name = "engine.annotation"
    label = "annotation"

    def ready(self) -> None:
        """See to it that the default campaign exists wherever the tables do, also after they were emptied."""
        post_migrate.connect(_ensure_default_campaign, sender=self)


def _ensure_default_campaign(*, apps: Any = None, using: str, **_: Any) -> None:
    from engine.annotation.services.default_campaign import ensure_default_campaign

    # On the way to an older state of the database there may be no such table.
    if apps is None or "campaign" in apps.all_models["annotation"]:
        ensure_default_campaign(using=using)
