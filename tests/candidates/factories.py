"""Photos, objects and candidates with real bytes in the real blob store."""

import io
from itertools import count

import numpy as np
from PIL import Image

from engine.candidates.generators.fake import FakeGenerator
from engine.candidates.models import Candidate, GenerationRequest, GenerationState
from engine.candidates.packing import pack
from engine.candidates.previews import draw_preview
from engine.core.storage import blob_store
from engine.photos.models import Photo, TargetObject
from engine.photos.services.photos import create_photo
from engine.photos.services.targets import create_target

_numbers = count()


def photo_bytes(*, width: int = 96, height: int = 64, number: int | None = None, file_format: str = "PNG") -> bytes:
    """A picture of noise; another number, another picture."""
    rng = np.random.default_rng(next(_numbers) if number is None else number)
    out = io.BytesIO()
    Image.fromarray(rng.integers(0, 255, size=(height, width, 3), dtype=np.uint8)).save(out, file_format)
    return out.getvalue()


def mask_bytes(
    *, width: int = 96, height: int = 64, box: tuple[int, int, int, int] = (10, 8, 30, 40), value: int = 255
) -> bytes:
    """A PNG mask with one box (left, top, width, height) marked."""
    left, top, box_width, box_height = box
    mask = np.zeros((height, width), dtype=np.uint8)
    mask[top : top + box_height, left : left + box_width] = value
    out = io.BytesIO()
    Image.fromarray(mask).save(out, "PNG")
    return out.getvalue()


def make_photo(*, name: str = "mug.png", **picture: int) -> Photo:
    photo, _ = create_photo(content=photo_bytes(**picture), name=name)
    return photo


def make_target(*, photo: Photo | None = None, box: tuple[int, int, int, int] = (10, 8, 30, 40)) -> TargetObject:
    photo = photo or make_photo()
    mask = mask_bytes(width=photo.width, height=photo.height, box=box)
    target, _ = create_target(photo=photo, mask_png=mask, name="mug")
    return target


def make_candidates(target: TargetObject, n: int, *, own: bool = True) -> list[Candidate]:
    """Add ``n`` finished candidates; ``own`` says whether our network is named as their maker."""
    generator = "network" if own else "retrieval"
    request = GenerationRequest.objects.create(
        target=target, generator=generator, n=n, seed=target.pk * 100, steps=4, guidance=1, state=GenerationState.DONE
    )
    proposals = FakeGenerator().propose(photo=b"", mask=b"", n=n, seed=request.seed, steps=4, guidance=1).proposals
    rows = []
    for ordinal, proposal in enumerate(proposals):
        glb, shape = pack(proposal.glb)
        rows.append(
            Candidate(
                request=request,
                target=target,
                ordinal=ordinal,
                generator=generator,
                seed=proposal.seed,
                steps=4,
                guidance=1,
                glb_sha256=blob_store().put(glb, content_type="model/gltf-binary"),
                preview_sha256=blob_store().put(draw_preview(shape), content_type="image/png"),
                mask_sha256=target.mask_sha256,
                pose=proposal.pose.model_dump(mode="json") if proposal.pose else None,
                seconds=proposal.seconds,
            )
        )
    return Candidate.objects.bulk_create(rows)
