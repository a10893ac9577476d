"""POST /align: fits a pose to a mask, without a checkpoint."""

import time

import torch

from contracts.alignment import AlignAnswer, AlignAsk
from contracts.generation import Pose
from model_server.images import read_mask_alone
from model_server.meshes import read_mesh
from model_server.pointmaps import read_points
from model_server.settings import ServerSettings
from networks.aligning import fit_pose
from networks.frames import PoseTensors


def align(ask: AlignAsk, settings: ServerSettings) -> AlignAnswer:
    """Return a pose whose silhouette covers the mask better, or the pose that was sent. Raises RefusalError (422)."""
    began = time.perf_counter()
    mesh, mask = read_mesh(ask.glb), read_mask_alone(ask.mask, settings.photo_pixels)
    points = None if ask.points is None else read_points(ask.points, mask.shape)
    with torch.inference_mode():
        fitted = fit_pose(mesh, _tensors(ask.pose), mask, ask.focal, points)
    return AlignAnswer(
        pose=_pose(fitted.pose),
        iou=fitted.iou,
        start_iou=fitted.start_iou,
        residual=fitted.residual,
        seconds=time.perf_counter() - began,
    )


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
