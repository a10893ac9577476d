"""The one place that asks for the time, so that a test or a replay can stand elsewhere in it."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return timezone.now()
