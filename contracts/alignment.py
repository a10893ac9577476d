"""The model server's ``POST /align``: fit a pose to a mask. Bytes travel as base64 inside JSON."""

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from contracts.generation import CAMERA_FOCAL, POINTS_FILE, Pose, PositiveFloat


class AlignAsk(BaseModel):
    """A mesh, the mask that it shall cover, and where it stands so far."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    glb: Base64Bytes = Field(description="GLB in the object frame")
    mask: Base64Bytes = Field(description="8-bit single-channel PNG of the photo's size; non-zero is the object")
    pose: Pose
    focal: PositiveFloat = Field(default=CAMERA_FOCAL, le=100, description="Half image sides over the longer side")
    points: Base64Bytes | None = Field(default=None, description=POINTS_FILE)


class AlignAnswer(BaseModel):
    """The pose that fits better, or the one that was sent; IoU of silhouette and mask before and after."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pose: Pose
    iou: float = Field(ge=0, le=1)
    start_iou: float = Field(ge=0, le=1)
    residual: float | None = Field(
        default=None, ge=0, description="Median distance from mesh to points after fitting, in camera units"
    )
    seconds: float = Field(ge=0)
