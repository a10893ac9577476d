"""Asks generators for candidates. A request is a row; the message that follows only says that it is there."""

import hashlib
from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.core.errors import Conflict
from engine.core.messages import publish
from engine.photos.models import TargetObject

# Candidate i of a request uses seed + i, at most 64 of them, and a seed stays exact in JSON and in the browser.
_SEED_LIMIT = 2**53 - 64


@transaction.atomic
def request_candidates(
    *, target: TargetObject, batch: int = 0, without: Collection[str] = ()
) -> list[GenerationRequest]:
    """Ask every generator of the suite, ``without`` some, for its share of this batch; again, nothing is added.

    Returns all requests of the batch.
    """
    environment = settings.ENVIRONMENT
    GenerationRequest.objects.bulk_create(
        [
            GenerationRequest(
                target=target,
                generator=name,
                batch=batch,
                n=n,
                seed=_seed_of(target.pk, name, batch),
                steps=environment.generation_steps,
                guidance=environment.generation_guidance,
            )
            for name, n in environment.generators.items()
            if name not in without
        ],
        ignore_conflicts=True,
    )
    requests = list(GenerationRequest.objects.filter(target=target, batch=batch).order_by("id"))
    for request in requests:
        if request.state == GenerationState.WAITING:
            _announce(request)
    return requests


@transaction.atomic
def propose_again(*, target: TargetObject) -> list[GenerationRequest]:
    """Bring a target on: retry what failed, or, when all is done, ask for a further batch with new seeds.

    Returns the requests that are waiting or running now.
    """
    # Two clicks are one batch.
    TargetObject.objects.select_for_update().get(pk=target.pk)
    requests = GenerationRequest.objects.filter(target=target)
    failed = list(requests.filter(state=GenerationState.FAILED))
    for request in failed:
        retry_generation_request(request=request)
    unfinished = requests.filter(state__in=[GenerationState.WAITING, GenerationState.RUNNING]).order_by("id")
    if not failed and not unfinished.exists():
        newest = requests.aggregate(newest=Max("batch"))["newest"]
        request_candidates(target=target, batch=0 if newest is None else newest + 1)
    return list(unfinished.all())


@transaction.atomic
def request_for_new_mask(*, target: TargetObject) -> list[GenerationRequest]:
    """Ask for candidates of a mask that was just corrected, unless some were made for this very mask before.

    Who has not begun yet will read the new mask and is not asked twice. Returns the requests that are on their way.
    """
    requests = GenerationRequest.objects.filter(target=target)
    on_their_way = requests.filter(state__in=[GenerationState.WAITING, GenerationState.RUNNING]).order_by("id")
    if Candidate.objects.filter(target=target, mask_sha256=target.mask_sha256).exists():
        return list(on_their_way)
    # A failure that is tried again later counts as not begun.
    unbegun = requests.filter(Q(state=GenerationState.WAITING) | Q(not_before__isnull=False))
    newest = requests.aggregate(newest=Max("batch"))["newest"]
    request_candidates(
        target=target,
        batch=0 if newest is None else newest + 1,
        without=set(unbegun.values_list("generator", flat=True)),
    )
    return list(on_their_way.all())


@transaction.atomic
def retry_generation_request(*, request: GenerationRequest) -> GenerationRequest:
    """Let a failed request wait for a worker again, its attempts forgotten. Raises Conflict when it has not failed."""
    locked = GenerationRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state != GenerationState.FAILED:
        raise Conflict("Only a failed request can be retried; this one is on its way.", code="request_not_failed")
    locked.state = GenerationState.WAITING
    locked.attempts = 0
    locked.not_before = None
    locked.finished_at = None
    locked.save(update_fields=["state", "attempts", "not_before", "finished_at"])
    _announce(locked)
    return locked


def _announce(request: GenerationRequest) -> None:
    from engine.candidates import tasks

    publish(tasks.generate, request.pk)


def _seed_of(target_id: int, generator: str, batch: int) -> int:
    digest = hashlib.sha256(f"{target_id}:{generator}:{batch}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _SEED_LIMIT
