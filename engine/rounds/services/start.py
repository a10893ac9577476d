"""Starts, cancels and retries rounds: what a person may ask for."""

import secrets

from django.db import transaction

from engine.accounts.models import Person
from engine.core.clock import now
from engine.core.errors import Conflict, InvalidInput
from engine.core.messages import publish
from engine.records.models import Record
from engine.records.services import current_alpha
from engine.registry.models import Checkpoint
from engine.registry.selectors import live_deployment
from engine.rounds.models import (
    ACTIVE_STATES,
    Round,
    RoundEvent,
    RoundState,
    TrainingRun,
    TrainingRunState,
)

STAGES = ("sft", "dpo")


@transaction.atomic
def start_round(
    *,
    started_by: Person | None,
    name: str = "",
    alpha: float | None = None,
    recipe: str = "debug",
    seed: int | None = None,
    sft_steps: int | None = None,
    dpo_steps: int | None = None,
    rate_factor: float = 1.0,
    is_simulated_allowed: bool = True,
) -> Round:
    """Queue a round that starts from the live checkpoint; ``alpha`` defaults to the one that records stand at.

    Raises InvalidInput (``no_records``, ``no_checkpoint``, ``alpha_below_records``): nothing to train on or from.
    """
    alpha = current_alpha() if alpha is None else alpha
    live = _check_beginning(alpha=alpha, is_simulated_allowed=is_simulated_allowed)
    round_ = Round.objects.create(
        name=name or f"Round of {now():%Y-%m-%d %H:%M}",
        started_by=started_by,
        alpha=alpha,
        recipe=recipe,
        seed=secrets.randbelow(2**31) if seed is None else seed,
        sft_steps=sft_steps,
        dpo_steps=dpo_steps,
        rate_factor=rate_factor,
        is_simulated_allowed=is_simulated_allowed,
        live_checkpoint=live,
    )
    TrainingRun.objects.bulk_create([TrainingRun(round=round_, stage=stage) for stage in STAGES])
    RoundEvent.objects.create(round=round_, state=RoundState.QUEUED)
    _publish_round(round_)
    return round_


@transaction.atomic
def cancel_round(*, round_id: int) -> Round:
    """Cancel a queued round at once; ask the worker of an active one to stop its trainer. Again: no change.

    Raises Conflict when the round has ended otherwise.
    """
    round_ = Round.objects.select_for_update().get(pk=round_id)
    if round_.state == RoundState.QUEUED:
        round_.is_cancel_requested = True
        round_.state, round_.finished_at = RoundState.CANCELLED, now()
        round_.state_reason = "Cancelled before it began."
        round_.save(update_fields=["state", "state_reason", "is_cancel_requested", "finished_at"])
        _cancel_open_runs(round_)
        RoundEvent.objects.create(round=round_, state=RoundState.CANCELLED)
    elif round_.state in ACTIVE_STATES:
        round_.is_cancel_requested = True
        round_.save(update_fields=["is_cancel_requested"])
        # The worker that holds it sees the request; if it has died, the next one cancels in its place.
        _publish_round(round_)
    elif round_.state != RoundState.CANCELLED:
        raise Conflict(f"The round has ended already ({round_.state}).", code="round_ended")
    return round_


@transaction.atomic
def retry_round(*, round_id: int) -> Round:
    """Queue a failed or cancelled round again; it goes on from what its folder and its rows hold.

    Raises Conflict when it did not fail, or when another checkpoint went live since it started.
    """
    round_ = Round.objects.select_for_update().get(pk=round_id)
    if round_.state not in (RoundState.FAILED, RoundState.CANCELLED):
        raise Conflict(
            f"Only a failed or cancelled round can be retried; this one is {round_.state}.", code="not_failed"
        )
    live = live_deployment()
    has_begun = round_.train_version_id is not None
    if has_begun and (live is None or live.checkpoint_id != round_.live_checkpoint_id):
        raise Conflict(
            "Another checkpoint went live since this round started. Start a new round from it.", code="live_changed"
        )
    round_.state, round_.state_reason = RoundState.QUEUED, ""
    round_.is_cancel_requested, round_.finished_at = False, None
    round_.worker_token = round_.lease_expires_at = None
    round_.save()
    round_.training_runs.filter(state__in=[TrainingRunState.FAILED, TrainingRunState.CANCELLED]).update(
        state=TrainingRunState.WAITING, state_reason="", attempts=0, finished_at=None
    )
    RoundEvent.objects.create(round=round_, state=RoundState.QUEUED, note="Retried")
    _publish_round(round_)
    return round_


def _check_beginning(*, alpha: float, is_simulated_allowed: bool) -> Checkpoint:
    """Return the live checkpoint. Raises InvalidInput when a round could not even begin."""
    records_alpha = current_alpha()
    if alpha < records_alpha:
        raise InvalidInput(
            f"Records stand at alpha {records_alpha:g}, so those down to {alpha:g} do not exist. Derive them first.",
            code="alpha_below_records",
            field="alpha",
        )
    live = live_deployment()
    if live is None:
        raise InvalidInput(
            "No checkpoint is live, so there is nothing to improve. Deploy one first.", code="no_checkpoint"
        )
    if not _has_training_records(alpha=alpha, is_simulated_allowed=is_simulated_allowed):
        raise InvalidInput(
            f"There is no record to train on at alpha {alpha:g}. Annotate objects, derive records, or lower alpha.",
            code="no_records",
        )
    return live.checkpoint


def _has_training_records(*, alpha: float, is_simulated_allowed: bool) -> bool:
    records = Record.objects.filter(target__split="train").exclude(kind="MITL-3DO", rating__lt=alpha)
    return (records if is_simulated_allowed else records.filter(is_simulated=False)).exists()


def _cancel_open_runs(round_: Round) -> None:
    round_.training_runs.filter(state__in=[TrainingRunState.WAITING, TrainingRunState.RUNNING]).update(
        state=TrainingRunState.CANCELLED, finished_at=now()
    )


def _publish_round(round_: Round) -> None:
    # Imported late: the task calls the services.
    from engine.rounds.tasks import run_round

    publish(run_round, round_.pk)
