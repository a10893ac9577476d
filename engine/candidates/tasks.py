"""Background work of the room."""

from celery import shared_task

from engine.candidates.services.claims import due_request_ids
from engine.candidates.services.generation import run_generation
from engine.core.messages import messages_waiting, publish

SWEEP_LIMIT = 100
QUEUE = "propose"


@shared_task
def generate(request_id: int) -> None:
    """Run one request, unless it is done or another worker has it."""
    run_generation(request_id=request_id)


@shared_task
def sweep_generation_requests() -> None:
    """Announce due requests once more: their message was lost, their worker died, or their time has come."""
    if messages_waiting(QUEUE) >= SWEEP_LIMIT:
        return  # the workers are behind: more messages about the same rows would only make them slower
    for request_id in due_request_ids(limit=SWEEP_LIMIT):
        publish(generate, request_id)
