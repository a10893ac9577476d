"""Tasks of alignment with real bytes: a box in a photo of 640 x 480, its mask drawn by hand."""

import io
from typing import Any
from uuid import uuid4

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image

from engine.accounts.models import Person
from engine.annotation.models import AlignmentTask, Assignment, Choice, Outcome
from engine.candidates.models import Candidate
from engine.candidates.packing import pack
from engine.core.storage import blob_store
from engine.photos.models import Photo, TargetObject
from tests.annotation.factories import digest, make_request, make_slots

WIDTH, HEIGHT = 640, 480
# A unit box at depth 4 from the standard camera: its front face, at depth 3.5, spans 2.5 * 320 / 3.5 pixels.
POSE: dict[str, Any] = {
    "rotation": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "translation": [0.0, 0.0, 4.0],
    "scale": [1.0, 1.0, 1.0],
}
FRONT_PX = 2.5 * 320 / 3.5


def box_mask(*, shift: float = 0.0) -> NDArray[np.bool_]:
    """Return the mask that the box at POSE covers, moved ``shift`` pixels to the right."""
    u, v = np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5
    is_column = np.abs(u - WIDTH / 2 - shift) <= FRONT_PX / 2
    is_row = np.abs(v - HEIGHT / 2) <= FRONT_PX / 2
    mask: NDArray[np.bool_] = is_row[:, None] & is_column[None, :]
    return mask


def png(mask_HW: NDArray[np.bool_]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(mask_HW.astype(np.uint8) * 255).save(out, "PNG")
    return out.getvalue()


def box_glb() -> bytes:
    return pack(trimesh.creation.box((1, 1, 1)).export(file_type="glb"))[0]


def make_aligned_target(*, mask_HW: NDArray[np.bool_] | None = None, photo: bytes | None = None) -> TargetObject:
    """Return a target whose photo, mask and candidate lie in the blob store; nobody has chosen it yet."""
    store = blob_store()
    if photo is None:
        out = io.BytesIO()
        Image.effect_noise((WIDTH, HEIGHT), 20).save(out, "JPEG")
        photo = out.getvalue()
    row = Photo.objects.create(
        photo_sha256=store.put(photo + uuid4().bytes, content_type="image/jpeg"), name="box", width=WIDTH,
        height=HEIGHT, size_bytes=len(photo), content_type="image/jpeg",
    )  # fmt: skip
    mask = box_mask() if mask_HW is None else mask_HW
    mask_sha256 = store.put(png(mask), content_type="image/png")
    return TargetObject.objects.create(
        photo=row, mask_sha256=mask_sha256, bbox_x=0, bbox_y=0, bbox_width=9, bbox_height=9, area_fraction=0.2
    )


def make_box_candidate(target: TargetObject, *, pose: dict[str, Any] | None = POSE) -> Candidate:
    sha256 = blob_store().put(box_glb(), content_type="model/gltf-binary")
    return Candidate.objects.create(
        request=make_request(target, generator="box"), target=target, ordinal=0, generator="box", seed=1, steps=1,
        guidance=0, glb_sha256=sha256, preview_sha256=digest(),
        mask_sha256=target.mask_sha256, pose=pose, seconds=0.1,
    )  # fmt: skip


def choose_box(person: Person, *, rating: float = 0.8, pose: dict[str, Any] | None = POSE) -> Choice:
    """Let a person have chosen the box of a new target."""
    target = make_aligned_target()
    candidate = make_box_candidate(target, pose=pose)
    make_slots(target, n_candidates=2)
    assignment = Assignment.objects.get(target=target)
    return Choice.objects.create(
        assignment=assignment, target=target, annotator=person, outcome=Outcome.CHOSEN, winner=candidate,
        rating=rating, shown_ids=[candidate.pk], viewer_mode="clay", milliseconds=9, idempotency_key=uuid4(),
        is_simulated=False,
    )  # fmt: skip


def answer(task: AlignmentTask | dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the body that submits POSE for a task."""
    token = task["lease_token"] if isinstance(task, dict) else str(task.lease_token)
    return {
        "lease_token": token, "idempotency_key": str(uuid4()), "pose": POSE, "focal": 2.5, "method": "keys",
        "browser_iou": None, "milliseconds": 1234, **changes,
    }  # fmt: skip
