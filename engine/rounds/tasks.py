"""Celery tasks of the room: thin, they name a row and call a service."""

from typing import Any

import structlog
from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings

from engine.core.messages import publish
from engine.rounds.launchers.choice import build_launcher
from engine.rounds.services.advancing import advance_round, due_round_ids
from engine.rounds.services.lease import worker_is_stopping

log = structlog.get_logger(__name__)


@worker_shutting_down.connect
def _let_go_of_rounds(**_: Any) -> None:
    # A round may take hours; its trainer saves its state and the next worker goes on from there.
    worker_is_stopping.set()


@shared_task(name="engine.rounds.tasks.run_round")
def run_round(round_id: int) -> None:
    """Work on the round until it has ended. Runs on the gpu queue for as long as training takes."""
    if not advance_round(round_id=round_id, launcher=build_launcher(settings.ENVIRONMENT)):
        log.info("round_not_due", round_id=round_id)


@shared_task(name="engine.rounds.tasks.sweep_rounds")
def sweep_rounds() -> None:
    """Send again the messages of rounds that wait or whose worker died."""
    for round_id in due_round_ids():
        publish(run_round, round_id)
