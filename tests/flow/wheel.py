"""What a turn of the wheel needs in a test: a checkpoint, objects, candidates, choices. Real rows, real bytes."""

import io
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from contracts.checkpoint import CheckpointCard, WeightsFile
from contracts.digests import sha256_hex
from contracts.training import CARD_NAME
from engine.accounts.models import Person
from engine.annotation.models import Outcome
from engine.annotation.scheduling import Step
from engine.annotation.services import Submission, claim_assignment, open_ready_assignments, submit_choice
from engine.candidates.generators.fake import FakeGenerator
from engine.candidates.generators.port import Generator
from engine.candidates.models import Candidate, GenerationRequest
from engine.candidates.services.generation import run_generation
from engine.candidates.services.requests import request_candidates
from engine.core.storage import blob_store
from engine.photos.models import Photo, TargetObject
from engine.photos.services.photos import create_photo
from engine.photos.services.targets import create_target
from engine.records.services import derive_records
from engine.registry.models import Checkpoint
from engine.registry.services import deploy_checkpoint, publish_checkpoint
from engine.rounds.launchers.fake import fake_weights
from engine.rounds.run_files import write_whole

SIDE_PX = 64


def deploy_base_checkpoint(folder: Path) -> Checkpoint:
    """Publish and deploy a checkpoint whose weights mean nothing."""
    blob_store().ensure_bucket()
    content = fake_weights(f"base {uuid.uuid4()}")
    folder.mkdir(parents=True)
    (folder / "weights.safetensors").write_bytes(content)
    file = WeightsFile(name="weights.safetensors", sha256=sha256_hex(content), size_bytes=len(content))
    card = CheckpointCard(
        network={"kind": "fake"}, files=[file], stage="pretrain", recipe="fake", seed=0, steps=0,
        created_at=datetime.now(UTC),
    )  # fmt: skip
    write_whole(folder / CARD_NAME, card)
    checkpoint = publish_checkpoint(folder=folder)
    deploy_checkpoint(checkpoint=checkpoint, reason="The first one")
    return checkpoint


def draw_photo(seed: int) -> tuple[bytes, bytes]:
    """Return a small noisy photo with one ball in it, and the ball's mask."""
    noise = np.random.default_rng(seed).integers(0, 255, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
    photo, mask = Image.fromarray(noise), Image.new("L", (SIDE_PX, SIDE_PX))
    for image, colour in ((photo, (200, 30, 30)), (mask, 255)):
        ImageDraw.Draw(image).ellipse((16, 16, 48, 48), fill=colour)
    contents = []
    for image in (photo, mask):
        out = io.BytesIO()
        image.save(out, "PNG")
        contents.append(out.getvalue())
    return contents[0], contents[1]


def make_targets(*, n_train: int, n_heldout: int, first_seed: int = 0) -> list[TargetObject]:
    """Return new objects: photos are drawn until both splits, which their digests decide, have enough."""
    wanted, targets = {"train": n_train, "heldout": n_heldout}, []
    for seed in range(first_seed, first_seed + 1000):
        if not any(wanted.values()):
            return targets
        photo_png, mask_png = draw_photo(seed)
        photo, _ = create_photo(content=photo_png, name=f"photo-{seed}.png")
        target, _ = create_target(photo=photo, mask_png=mask_png, name=f"ball {seed}")
        if wanted[target.split]:
            wanted[target.split] -= 1
            targets.append(target)
        else:
            target.delete()
            Photo.objects.filter(pk=photo.pk).delete()
    raise AssertionError("a thousand photos did not fill both splits")


def fake_generator(name: str, checkpoint_sha256: str | None) -> Generator:
    """Stand in for every generator of the suite; the network's double names the checkpoint that it was asked for."""
    return FakeGenerator(checkpoint_sha256=checkpoint_sha256)


def propose(targets: list[TargetObject]) -> list[Candidate]:
    """Request candidates and make them here instead of on a worker."""
    for target in targets:
        request_candidates(target=target)
    requests = GenerationRequest.objects.filter(target__in=targets).order_by("pk")
    return [one for request in requests for one in run_generation(request_id=request.pk, factory=fake_generator)]


def answers(person: Person, *, rating: float = 0.8) -> Iterator[dict[str, Any]]:
    """Claim one task after the other and yield what a browser would send: the first candidate wins every time."""
    while (task := claim_assignment(annotator_id=person.pk)) is not None:
        champion, *others = task.candidate_ids
        yield {
            "task": task,
            "winner_id": champion,
            "rating": rating,
            "comparisons": [Step(left_id=champion, right_id=one, verdict="left", milliseconds=5) for one in others],
        }


def choose(person: Person, *, rating: float = 0.8) -> int:
    """Answer every task there is for the person; return how many."""
    open_ready_assignments()
    n_answered = 0
    for answer in answers(person, rating=rating):
        submit_choice(
            annotator=person,
            assignment_id=answer["task"].id,
            lease_token=answer["task"].lease_token,
            idempotency_key=uuid.uuid4(),
            submission=Submission(
                outcome=Outcome.CHOSEN, winner_id=answer["winner_id"], rating=answer["rating"],
                comparisons=answer["comparisons"], viewer_mode="colour", milliseconds=50,
            ),
        )  # fmt: skip
        n_answered += 1
    return n_answered


def prepare_records(person: Person, *, n_train: int = 2, n_heldout: int = 4, rating: float = 0.8) -> list[TargetObject]:
    """Take new objects as far as their records."""
    targets = make_targets(n_train=n_train, n_heldout=n_heldout)
    propose(targets)
    choose(person, rating=rating)
    derive_records()
    return targets
