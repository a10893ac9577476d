"""Background work of the annotation room."""

from celery import shared_task

from engine.annotation import services


@shared_task(name="engine.annotation.tasks.open_ready_assignments")
def open_ready_assignments() -> int:
    """Open slots for targets whose candidates are ready."""
    return services.open_ready_assignments()
