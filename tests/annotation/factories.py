"""Rows to annotate, without bytes behind them: the annotation room never opens a blob."""

from uuid import uuid4

from contracts.digests import sha256_hex
from engine.annotation.models import DEFAULT_CAMPAIGN_ID, Assignment, Campaign
from engine.annotation.scheduling import shuffled_order
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.photos.models import Photo, Split, TargetObject


def digest() -> str:
    return sha256_hex(uuid4().bytes)


def make_target(*, split: str = Split.TRAIN, is_simulated: bool = False) -> TargetObject:
    photo = Photo.objects.create(
        photo_sha256=digest(), name="mug.jpg", width=640, height=480, size_bytes=1000, content_type="image/jpeg"
    )
    return TargetObject.objects.create(
        photo=photo, mask_sha256=digest(), bbox_x=1, bbox_y=2, bbox_width=30, bbox_height=40, area_fraction=0.2,
        split=split, is_simulated=is_simulated,
    )  # fmt: skip


def make_request(
    target: TargetObject, *, generator: str = "network", state: str = GenerationState.DONE, batch: int = 0
) -> GenerationRequest:
    return GenerationRequest.objects.create(
        target=target, generator=generator, n=4, seed=1, steps=1, guidance=0, state=state, batch=batch
    )


def make_candidates(target: TargetObject, n: int, *, generator: str = "network") -> list[Candidate]:
    request = make_request(target, generator=generator)
    return Candidate.objects.bulk_create(
        Candidate(
            request=request, target=target, ordinal=ordinal, generator=generator, seed=ordinal, steps=1, guidance=0,
            glb_sha256=digest(), preview_sha256=digest(), mask_sha256=target.mask_sha256, seconds=0.1,
        )
        for ordinal in range(n)
    )  # fmt: skip


def make_slots(target: TargetObject, *, n_candidates: int = 3, overlap: int = 1) -> list[Assignment]:
    ids = [candidate.pk for candidate in make_candidates(target, n_candidates)]
    return Assignment.objects.bulk_create(
        Assignment(target=target, slot=slot, candidate_ids=shuffled_order(ids, seed=str(slot)))
        for slot in range(overlap)
    )


def set_overlap(overlap: int, *, campaign_id: int = DEFAULT_CAMPAIGN_ID) -> None:
    """Let a campaign want so many choices, without its slots following."""
    Campaign.objects.filter(pk=campaign_id).update(overlap=overlap)
