"""A generator without knowledge: coloured boxes and balls, the same for the same seed. For tests and dry runs."""

import io
import time

import numpy as np
import trimesh
from PIL import Image, ImageDraw

from contracts.generation import Pose
from engine.candidates.generators.port import GeneratorError, Proposal, ProposalBatch

PREVIEW_SIDE_PX = 64
UPRIGHT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


class FakeGenerator:
    """Answers at once and looks at nothing. Give it an ``error`` and it fails with that instead."""

    name = "fake"

    def __init__(self, *, error: GeneratorError | None = None, checkpoint_sha256: str | None = None) -> None:
        self.error = error
        self.checkpoint_sha256 = checkpoint_sha256

    def propose(
        self, *, photo: bytes, mask: bytes, n: int, seed: int, steps: int, guidance: float, points: bytes | None = None
    ) -> ProposalBatch:
        """See ``port.Generator``. Proposal i depends on ``seed + i`` alone."""
        if self.error is not None:
            raise self.error
        proposals = tuple(_propose_one(seed + index) for index in range(n))
        return ProposalBatch(proposals=proposals, checkpoint_sha256=self.checkpoint_sha256)


def _propose_one(seed: int) -> Proposal:
    started = time.perf_counter()
    rng = np.random.default_rng(seed)
    extents = rng.uniform(0.2, 1.0, size=3)
    extents /= extents.max()
    colour = tuple(int(value) for value in rng.integers(40, 216, size=3))
    is_ball = bool(rng.integers(2))
    mesh = trimesh.creation.icosphere(subdivisions=2, radius=0.5) if is_ball else trimesh.creation.box((1, 1, 1))
    mesh.apply_scale(extents)
    mesh.visual = trimesh.visual.ColorVisuals(mesh, vertex_colors=np.array([*colour, 255], dtype=np.uint8))
    pose = Pose(rotation=UPRIGHT, translation=(0.0, 0.0, 2.0), scale=(1.0, 1.0, 1.0))
    return Proposal(
        seed=seed,
        glb=bytes(mesh.export(file_type="glb")),
        preview_png=_draw_preview(colour, is_ball=is_ball, width=float(extents[0]), height=float(extents[1])),
        pose=pose,
        seconds=time.perf_counter() - started,
    )


def _draw_preview(colour: tuple[int, ...], *, is_ball: bool, width: float, height: float) -> bytes:
    image = Image.new("RGB", (PREVIEW_SIDE_PX, PREVIEW_SIDE_PX), "white")
    half_w, half_h = PREVIEW_SIDE_PX * 0.45 * width, PREVIEW_SIDE_PX * 0.45 * height
    middle = PREVIEW_SIDE_PX / 2
    outline = (middle - half_w, middle - half_h, middle + half_w, middle + half_h)
    draw = ImageDraw.Draw(image)
    (draw.ellipse if is_ball else draw.rectangle)(outline, fill=colour[:3])
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
