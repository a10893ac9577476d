"""Background work of the annotation room."""

from celery import shared_task

from engine.annotation import services
from engine.annotation.services.mask_flags import hold_slots_of_flagged_targets


@shared_task(name="engine.annotation.tasks.open_ready_assignments")
def open_ready_assignments() -> int:
    """Open slots for targets whose candidates are ready."""
    hold_slots_of_flagged_targets()
    return services.open_ready_assignments()
