"""History to derive from, with real bytes in the real blob store."""

from uuid import uuid4

from engine.accounts.models import Person
from engine.annotation.models import Choice, Outcome
from engine.annotation.scheduling import Step
from engine.annotation.services import Submission, claim_assignment, open_ready_assignments, submit_choice
from engine.candidates.models import Candidate
from engine.core.storage import blob_store
from engine.photos.models import Photo, Split, TargetObject
from engine.registry.models import Checkpoint
from tests.annotation.factories import digest, make_request

POSE = {
    "rotation": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "translation": [0.0, 0.0, 2.0],
    "scale": [1.0, 1.0, 1.0],
}


def store() -> str:
    return blob_store().put(uuid4().bytes, content_type="application/octet-stream")


def make_stored_target(*, split: str = Split.TRAIN) -> TargetObject:
    photo = Photo.objects.create(
        photo_sha256=store(), name="mug", width=9, height=9, size_bytes=16, content_type="image/png"
    )
    return TargetObject.objects.create(
        photo=photo, mask_sha256=store(), bbox_x=0, bbox_y=0, bbox_width=3, bbox_height=3, area_fraction=0.1,
        split=split,
    )  # fmt: skip


def make_stored_candidates(target: TargetObject, *, n_own: int = 2, n_foreign: int = 1) -> list[Candidate]:
    checkpoint = Checkpoint.objects.create(
        checkpoint_sha256=digest(), stage="sft", recipe="debug", card={}, size_bytes=1
    )
    request = make_request(target)
    return [
        Candidate.objects.create(
            request=request, target=target, ordinal=ordinal, generator="network" if ordinal < n_own else "retrieval",
            checkpoint=checkpoint if ordinal < n_own else None, seed=ordinal, steps=1, guidance=0,
            glb_sha256=store(), preview_sha256=store(), mask_sha256=target.mask_sha256, pose=POSE, seconds=0.1,
        )
        for ordinal in range(n_own + n_foreign)
    ]  # fmt: skip


def choose(person: Person, target: TargetObject, *, rating: float | None = 0.8) -> Choice:
    """Let a person answer the target: the first candidate shown wins; a rating of None refuses them all."""
    open_ready_assignments()
    claimed = claim_assignment(annotator_id=person.pk)
    assert claimed is not None
    assert claimed.target_id == target.pk
    ids = claimed.candidate_ids
    submission = Submission(
        outcome=Outcome.NONE_ACCEPTABLE if rating is None else Outcome.CHOSEN,
        winner_id=None if rating is None else ids[0],
        rating=rating,
        comparisons=[Step(left_id=ids[0], right_id=other, verdict="left", milliseconds=9) for other in ids[1:]],
        rejections=[(ids[1], ["floaters"])],
        viewer_mode="clay",
        milliseconds=99,
    )
    return submit_choice(
        annotator=person, assignment_id=claimed.id, lease_token=claimed.lease_token, idempotency_key=uuid4(),
        submission=submission,
    ).choice  # fmt: skip
