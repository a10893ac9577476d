"""Moves a round from state to state. Every write is fenced by the worker's token."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction

from engine.core.clock import now
from engine.rounds.models import Round, RoundEvent, RoundState, TrainingRun, TrainingRunState
from engine.rounds.services.lease import LeaseLost


@transaction.atomic
def enter_state(*, round_id: int, worker_token: uuid.UUID, state: RoundState, note: str = "", **fields: Any) -> None:
    """Enter ``state`` and write the line of the timeline. Raises LeaseLost when the worker no longer holds it."""
    held = Round.objects.filter(pk=round_id, worker_token=worker_token)
    if not held.update(state=state, **fields):
        raise LeaseLost
    RoundEvent.objects.create(round_id=round_id, state=state, note=note)


@transaction.atomic
def end_round(*, round_id: int, worker_token: uuid.UUID, state: RoundState, reason: str, **fields: Any) -> None:
    """Enter a final state and let go of the lease. Stages that were not finished share the round's fate."""
    enter_state(
        round_id=round_id, worker_token=worker_token, state=state, note=reason, state_reason=reason,
        finished_at=now(), lease_expires_at=None, **fields,
    )  # fmt: skip
    runs = TrainingRun.objects.filter(round_id=round_id)
    if state == RoundState.CANCELLED:
        open_states = [TrainingRunState.WAITING, TrainingRunState.RUNNING]
        runs.filter(state__in=open_states).update(state=TrainingRunState.CANCELLED, finished_at=now())
    elif state == RoundState.FAILED:
        running = runs.filter(state=TrainingRunState.RUNNING)
        running.update(state=TrainingRunState.FAILED, state_reason=reason, finished_at=now())


def postpone_round(*, round_id: int, worker_token: uuid.UUID, reason: str, seconds: float) -> None:
    """Let go of a round that cannot go on just now, so that the sweep takes it up again after ``seconds``."""
    Round.objects.filter(pk=round_id, worker_token=worker_token).update(
        state_reason=reason, worker_token=None, lease_expires_at=now() + timedelta(seconds=seconds)
    )
