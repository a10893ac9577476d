"""Background work of the records room."""

from celery import shared_task

from engine.core.errors import Conflict
from engine.records import services


@shared_task(name="engine.records.tasks.derive_new_records")
def derive_new_records() -> None:
    """Derive what follows from new history, and send what nobody accepted to the artists."""
    services.route_rejected_targets()
    try:
        services.derive_new_records()
    except Conflict:
        return  # another derivation runs, and sees the same history
