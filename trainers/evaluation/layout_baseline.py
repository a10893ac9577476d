"""Place and size of an object read off its mask's bounding box, with constants fitted on training views.

Shapes: N views. Units and frames as in ``networks.frames``. There are two answers, for a camera's unit is a convention.
``from_box`` stands in the direction of the middle of the box, at the median depth within the mask where there is a
pointmap and at the training set's mean distance otherwise, as large as the box there. ``at_fixed_size`` has the mean
scale of the training set and stands where it would look as long as the box: it knows the convention, if there is one,
and where every true scale is one its own scale has no error at all.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from networks.crops import CROP_MARGIN
from networks.frames import FOCAL, PoseTensors
from trainers.data.views import ViewSet


@dataclass(frozen=True)
class LayoutBaseline:
    """Medians over training views; ``far`` and ``scale`` in camera units, the others are ratios."""

    far: float
    scale: float
    reach: float
    size_ratio: float
    depth_ratio: float

    def from_box(self, views: ViewSet, rotation_N33: Tensor) -> PoseTensors:
        """Return poses with the given rotations, on the CPU."""
        angle, depth = _angle(views), _depth(views)
        is_known = depth.isfinite()
        z = torch.where(is_known, depth * (1 + self.depth_ratio * angle), self.far)
        scale = self.size_ratio * torch.where(is_known, depth, self.far) * angle
        return _pose(views, rotation_N33, z, scale)

    def at_fixed_size(self, views: ViewSet, rotation_N33: Tensor) -> PoseTensors:
        """Return poses with the given rotations, on the CPU."""
        angle = _angle(views)
        return _pose(views, rotation_N33, self.scale * self.reach / angle, torch.full_like(angle, self.scale))


def fit_layout_baseline(training: ViewSet) -> LayoutBaseline:
    """Choose the constants on training views."""
    angle, z = _angle(training), training.poses.translation_B3[:, 2].to(training.windows_N3)
    scale, far = training.poses.scale_B3.amax(1).to(angle), float(z.mean())
    depth = _depth(training)
    front, is_known = depth.nan_to_num(far), depth.isfinite()
    behind = (z - depth)[is_known] / (depth * angle)[is_known]
    return LayoutBaseline(
        far=far,
        scale=float(scale.mean()),
        reach=float((z * angle / scale).median()),
        size_ratio=float((scale / (front * angle)).median()),
        depth_ratio=float(behind.median()) if is_known.any() else 0.0,
    )


def _pose(views: ViewSet, rotation_N33: Tensor, z_N: Tensor, scale_N: Tensor) -> PoseTensors:
    middle = views.windows_N3[:, :2] + views.windows_N3[:, 2:] / 2
    place = torch.cat([(1 - 2 * middle) / FOCAL * z_N[:, None], z_N[:, None]], 1)
    return PoseTensors(rotation_N33.cpu(), place.cpu(), scale_N[:, None].expand(-1, 3).cpu())


def _angle(views: ViewSet) -> Tensor:
    """Return the longer side of the mask's box as length over depth, (N,)."""
    return 2 * views.windows_N3[:, 2] / (1 + 2 * CROP_MARGIN) / FOCAL


def _depth(views: ViewSet) -> Tensor:
    """Return the median depth within the mask, nan where none is known, (N,)."""
    if views.depth_N2HW is None:
        return torch.full_like(views.windows_N3[:, 0], torch.nan)
    depth, mask = views.depth_N2HW[:, 0].float(), views.images_N8HW[:, 3] > 127
    known = torch.where(mask & (depth > 0), depth, torch.nan)
    return known.flatten(1).nanmedian(1).values
