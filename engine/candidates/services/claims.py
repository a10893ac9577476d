"""Who works on a request: claimed for a while by one worker, let go with a result, a failure or by silence."""

import uuid
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from engine.candidates.backoff import NOT_READY_DELAY, delay_before_next
from engine.candidates.models import GenerationRequest, GenerationState
from engine.core.clock import now

log = structlog.get_logger(__name__)


def due(at: datetime) -> Q:
    """Match requests that a worker may claim: never begun, due after a failure, or left by a worker that died."""
    is_in_time = Q(not_before__isnull=True) | Q(not_before__lte=at)
    return (
        Q(state=GenerationState.WAITING) & is_in_time
        | Q(state=GenerationState.FAILED, not_before__lte=at)
        | Q(state=GenerationState.RUNNING, lease_expires_at__lt=at)
    )


@transaction.atomic
def claim_generation_request(*, request_id: int) -> GenerationRequest | None:
    """Claim a due request for ``generation_lease_seconds``; None when another worker has it or nothing is to do.

    The returned row's ``worker_token`` proves the claim: only its holder can finish or fail the request.
    """
    environment, at = settings.ENVIRONMENT, now()
    row = GenerationRequest.objects.select_for_update(skip_locked=True).filter(due(at), pk=request_id).first()
    if row is None:
        return None
    if row.state == GenerationState.RUNNING and row.attempts >= environment.generation_max_attempts:
        _give_up_on_silence(row, at)
        return None
    row.state = GenerationState.RUNNING
    row.worker_token = uuid.uuid4()
    row.lease_expires_at = at + timedelta(seconds=environment.generation_lease_seconds)
    row.attempts += 1
    row.started_at = at
    row.finished_at = None
    row.save(update_fields=["state", "worker_token", "lease_expires_at", "attempts", "started_at", "finished_at"])
    return row


def _give_up_on_silence(row: GenerationRequest, at: datetime) -> None:
    # What kills every worker that touches it must not be tried for ever.
    row.state = GenerationState.FAILED
    row.failure_reason = f"{row.attempts} workers took this up and stopped without an answer; see their logs."
    row.not_before, row.worker_token, row.finished_at = None, None, at
    row.save(update_fields=["state", "failure_reason", "not_before", "worker_token", "finished_at"])


def lock_claimed(claim: GenerationRequest) -> GenerationRequest | None:
    """Lock the row of a claim inside a transaction; None when the claim was lost to another worker meanwhile."""
    return (
        GenerationRequest.objects.select_for_update()
        .filter(pk=claim.pk, state=GenerationState.RUNNING, worker_token=claim.worker_token)
        .first()
    )


@transaction.atomic
def fail_generation_request(
    *, claim: GenerationRequest, reason: str, is_retryable: bool, is_counted: bool = True
) -> None:
    """End a claim without candidates. A failure that may pass is tried again later, of itself.

    ``is_counted`` is False for failures of the platform rather than of the request: they use no attempt up, and all
    that meet them wait equally long, so that the oldest is still the first.
    """
    row = lock_claimed(claim)
    if row is None:
        return
    at, max_attempts = now(), settings.ENVIRONMENT.generation_max_attempts
    if not is_counted:
        row.attempts -= 1
    has_more = is_retryable and row.attempts < max_attempts
    row.state = GenerationState.WAITING if has_more else GenerationState.FAILED
    # What shows as failed already is tried now and then, whatever the reason.
    is_soon = not is_counted and has_more
    delay = NOT_READY_DELAY if is_soon else delay_before_next(attempts=max(row.attempts, 1), max_attempts=max_attempts)
    row.not_before = at + delay if is_retryable else None
    row.failure_reason = reason
    row.worker_token = row.lease_expires_at = None
    row.finished_at = None if has_more else at
    row.save()
    log.warning("generation_failed", request_id=row.pk, generator=row.generator, reason=reason, state=row.state)


def release_claims() -> int:
    """Let others take up at once what was being worked on. For a start: whoever held it has ended.

    Returns how many requests were held.
    """
    return GenerationRequest.objects.filter(state=GenerationState.RUNNING).update(lease_expires_at=now())


def due_request_ids(*, limit: int) -> list[int]:
    """Return the oldest requests that a worker may claim now."""
    return list(GenerationRequest.objects.filter(due(now())).order_by("id").values_list("id", flat=True)[:limit])
