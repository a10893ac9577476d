"""Background work of the annotation room."""

from celery import shared_task

from engine.annotation import services
from engine.annotation.services.mask_flags import hold_slots_of_flagged_targets
from engine.annotation.services.priorities import ask_where_in_doubt
from engine.annotation.services.quality import find_quality_flags as find
from engine.annotation.services.waiting_slots import hold_stale_slots, reopen_ready_slots


@shared_task(name="engine.annotation.tasks.open_ready_assignments")
def open_ready_assignments() -> int:
    """Open slots for targets whose candidates are ready."""
    hold_slots_of_flagged_targets()
    hold_stale_slots()
    reopen_ready_slots()
    return services.open_ready_assignments()


@shared_task(name="engine.annotation.tasks.find_quality_flags")
def find_quality_flags() -> int:
    """Look for what is odd in people's answers."""
    return find()


@shared_task(name="engine.annotation.tasks.prioritise")
def prioritise() -> int:
    """Put the objects in doubt first."""
    return ask_where_in_doubt()
