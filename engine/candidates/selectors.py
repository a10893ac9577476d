"""Reads targets with their state, requests and candidates."""

from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.core.errors import NotFound
from engine.photos.models import Photo, TargetObject

# Fewer cannot be compared.
MIN_CANDIDATES = 2


class TargetStatus(TextChoices):
    """How far the candidates of a target are."""

    WAITING = "waiting", "Its candidates wait for a worker"
    GENERATING = "generating", "A worker makes candidates"
    READY = "ready", "All requests ended and there are candidates to compare"
    FAILED = "failed", "All requests ended and too few candidates came"
    MASK_FLAGGED = "mask_flagged", "Somebody found its mask wrong; it waits for a look"


def targets(*, status: str | None = None) -> QuerySet[TargetObject]:
    """Return targets, of one status if named, with ``status``, requests and the counts of candidates.

    ``candidate_count`` is of those made for the mask that counts now, ``stale_candidate_count`` of the others.
    """
    requests = GenerationRequest.objects.filter(target=OuterRef("pk"))
    of_target = Candidate.objects.filter(target=OuterRef("pk")).order_by().values("target").annotate(n=Count("pk"))
    counts = of_target.filter(mask_sha256=OuterRef("mask_sha256"))
    stale_counts = of_target.exclude(mask_sha256=OuterRef("mask_sha256"))
    rows = (
        TargetObject.objects.select_related("photo")
        .prefetch_related("generation_requests")
        .annotate(
            candidate_count=Coalesce(Subquery(counts.values("n")), Value(0)),
            stale_candidate_count=Coalesce(Subquery(stale_counts.values("n")), Value(0)),
        )
        .annotate(
            status=Case(
                When(is_mask_flagged=True, then=Value(TargetStatus.MASK_FLAGGED)),
                When(Exists(requests.filter(state=GenerationState.RUNNING)), then=Value(TargetStatus.GENERATING)),
                When(Exists(requests.filter(state=GenerationState.WAITING)), then=Value(TargetStatus.WAITING)),
                When(candidate_count__gte=MIN_CANDIDATES, then=Value(TargetStatus.READY)),
                When(~Exists(requests), then=Value(TargetStatus.WAITING)),
                default=Value(TargetStatus.FAILED),
                output_field=CharField(),
            )
        )
    )
    return rows.filter(status=status) if status else rows


def target_by_id(target_id: int) -> TargetObject:
    """Return one target as ``targets`` does. Raises NotFound."""
    target = targets().filter(pk=target_id).first()
    if target is None:
        raise NotFound("There is no such object.", code="target_unknown")
    return target


def targets_of(photo: Photo) -> list[TargetObject]:
    """Return the objects of a photo, oldest first."""
    return list(targets().filter(photo=photo).order_by("id"))


def candidates_of(target: TargetObject) -> QuerySet[Candidate]:
    """Return the candidates of a target with their checkpoints and ``is_stale``: made for a mask since corrected."""
    is_stale = ~Q(mask_sha256=F("target__mask_sha256"))
    rows = Candidate.objects.filter(target=target).annotate(is_stale=ExpressionWrapper(is_stale, BooleanField()))
    return rows.select_related("checkpoint").order_by("request_id", "ordinal")


def candidate_by_id(candidate_id: UUID) -> Candidate:
    """Return one candidate. Raises NotFound."""
    candidate = Candidate.objects.filter(pk=candidate_id).first()
    if candidate is None:
        raise NotFound("There is no such candidate.", code="candidate_unknown")
    return candidate


def generation_requests(*, state: str | None) -> QuerySet[GenerationRequest]:
    """Return requests, of one state if one is named."""
    return GenerationRequest.objects.filter(Q(state=state) if state else Q())


def request_by_id(request_id: int) -> GenerationRequest:
    """Return one request. Raises NotFound."""
    request = GenerationRequest.objects.filter(pk=request_id).first()
    if request is None:
        raise NotFound("There is no such request.", code="request_unknown")
    return request
