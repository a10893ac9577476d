"""The model server's routes: ask and answer. Bytes travel as base64 inside JSON."""

from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, FiniteFloat

from contracts.checkpoint import CheckpointCard, Sha256

CAMERA_FOCAL = 2.5
"""The one camera of every pose: pinhole, focal length in half image sides over the photo's longer side (43.6 degrees).

Photos seldom say how they were taken, so one value serves all; whoever writes a pose assumes it.
"""

POINTS_FILE = (
    "NumPy .npy, float32 (H, W, 3): camera points of the photo's pixels, or of a coarser grid over the whole photo, "
    "NaN where unknown"
)

Vector3 = tuple[FiniteFloat, FiniteFloat, FiniteFloat]
PositiveFloat = Annotated[FiniteFloat, Field(gt=0)]
Scale3 = tuple[PositiveFloat, PositiveFloat, PositiveFloat]


class Pose(BaseModel):
    """Where an object stands in the photo's camera: ``x_cam = (x * scale) @ rotation + translation``.

    ``x`` is a row vector of the object frame in [-0.5, 0.5]^3, y up, front along +z (glTF). The camera frame is
    PyTorch3D's: x left, y up, z forward, in units where the pointmap is metric if there is one, arbitrary if not.
    ``rotation`` is a 3x3 matrix in row-major order that multiplies row vectors from the right.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rotation: tuple[Vector3, Vector3, Vector3]
    translation: Vector3
    scale: Scale3


class GenerationAsk(BaseModel):
    """Body of ``POST /generate``: candidates for one masked object of one photo."""

    model_config = ConfigDict(extra="forbid")

    photo: Base64Bytes = Field(description="JPEG, PNG or WebP, upright")
    mask: Base64Bytes = Field(description="8-bit single-channel PNG of the photo's size; non-zero is the object")
    n: int = Field(ge=1, le=64, description="How many candidates; candidate i uses seed + i")
    seed: int = Field(ge=0, lt=2**53)
    steps: int = Field(ge=1, le=200)
    guidance: float = Field(ge=0, le=30)
    points: Base64Bytes | None = Field(default=None, description=POINTS_FILE)
    checkpoint_sha256: Sha256 | None = Field(
        default=None, description="Refuse with 409 unless this very checkpoint is the live one"
    )


class GeneratedCandidate(BaseModel):
    """One candidate: a self-contained GLB in the object frame, a preview of it, its pose and its cost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    glb: Base64Bytes
    preview_png: Base64Bytes
    pose: Pose
    seconds: float = Field(ge=0)


class GenerationAnswer(BaseModel):
    """Answer of ``POST /generate``. A candidate that came out empty is left out and counted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checkpoint_sha256: Sha256
    candidates: list[GeneratedCandidate]
    n_empty: int = Field(default=0, ge=0)


class SignedFile(BaseModel):
    """Where one weights file can be fetched: an http(s) URL that needs no further credentials."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    url: str = Field(pattern=r"^https?://")


class LoadAsk(BaseModel):
    """Body of ``POST /load``: fetch, verify, warm up and switch to this checkpoint."""

    model_config = ConfigDict(extra="forbid")

    card: CheckpointCard
    files: list[SignedFile] = Field(min_length=1)


class LoadAnswer(BaseModel):
    """Answer of ``POST /load``, sent after the switch."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    checkpoint_sha256: Sha256
    previous_sha256: Sha256 | None
    seconds: float = Field(ge=0)


class HealthAnswer(BaseModel):
    """Answer of ``GET /health``. ``empty`` means that no checkpoint has been loaded since the start."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: Literal["empty", "ready"]
    checkpoint_sha256: Sha256 | None
    device: str
    requests_running: int = Field(ge=0)


class ErrorAnswer(BaseModel):
    """Body of every 4xx and 5xx of the model server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str | None = Field(default=None, description="The part of the ask that is wrong, if one is")
    reason: str
