"""POST /align: fits a pose to a mask, without a checkpoint."""

import io
import time

import numpy as np
import torch
from numpy.typing import NDArray

from contracts.alignment import AlignAnswer, AlignAsk
from contracts.generation import Pose
from model_server.images import read_mask_alone
from model_server.meshes import read_mesh
from model_server.refusals import RefusalError
from model_server.settings import ServerSettings
from networks.aligning import fit_pose
from networks.frames import PoseTensors


def align(ask: AlignAsk, settings: ServerSettings) -> AlignAnswer:
    """Return a pose whose silhouette covers the mask better, or the pose that was sent. Raises RefusalError (422)."""
    began = time.perf_counter()
    mesh, mask = read_mesh(ask.glb), read_mask_alone(ask.mask, settings.photo_pixels)
    points = None if ask.points is None else _read_points(ask.points, mask.shape)
    with torch.inference_mode():
        fitted = fit_pose(mesh, _tensors(ask.pose), mask, ask.focal, points)
    return AlignAnswer(
        pose=_pose(fitted.pose),
        iou=fitted.iou,
        start_iou=fitted.start_iou,
        residual=fitted.residual,
        seconds=time.perf_counter() - began,
    )


def _read_points(content: bytes, shape: tuple[int, ...]) -> NDArray[np.float32]:
    try:
        points = np.load(io.BytesIO(content), allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise RefusalError(422, "The points are not a NumPy .npy file.", "points") from error
    if not isinstance(points, np.ndarray) or points.dtype != np.float32 or points.shape != (*shape, 3):
        raise RefusalError(422, f"The points must be float32 of shape {(*shape, 3)}, one for each pixel.", "points")
    return points


def _tensors(pose: Pose) -> PoseTensors:
    numbers = (pose.rotation, pose.translation, pose.scale)
    return PoseTensors(*(torch.tensor(part, dtype=torch.float64)[None] for part in numbers))


def _pose(pose: PoseTensors) -> Pose:
    # Orthonormal to double precision: a product of many single-precision turns is nearly a rotation only.
    left, _, right = torch.linalg.svd(pose.rotation_B33[0].double())
    return Pose.model_validate(
        {
            "rotation": (left @ right).tolist(),
            "translation": pose.translation_B3[0].tolist(),
            "scale": pose.scale_B3[0].tolist(),
        }
    )
