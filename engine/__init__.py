"""The engine: the Django side of the data engine. Rooms in the order in which the data travels."""

from engine.celery import app as celery_app

__all__ = ["celery_app"]
