"""What every stage trains on: conditions, latents, layouts.

Shapes: N samples; the rest as in networks.pipeline.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from networks.crops import ConditionStreams
from networks.frames import PoseTensors


@dataclass(frozen=True)
class Samples:
    """``layouts_NK`` is NaN where ``has_pose_N`` is false, and standardised by the network's constants.

    ``poses`` are given where a sample's pointmap may standardise its layout instead.
    """

    streams: ConditionStreams
    shapes_NCXYZ: Tensor
    layouts_NK: Tensor
    has_pose_N: Tensor
    poses: PoseTensors | None = None

    def __len__(self) -> int:
        return len(self.shapes_NCXYZ)

    def take(self, index: Tensor, device: torch.device) -> "Samples":
        """Return the samples of ``index`` on ``device``."""
        return Samples(
            self.streams[index].to(device),
            self.shapes_NCXYZ[index].to(device),
            self.layouts_NK[index].to(device),
            self.has_pose_N[index].to(device),
        )
