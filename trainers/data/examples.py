"""From a dataset's lines to the samples that a stage trains on, held in memory."""

import io
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from contracts.generation import Pose
from networks import frames
from networks.frames import PoseTensors
from networks.pipeline import ConditionStreams, Networks, join_streams, make_streams
from trainers.data.preferences import Dataset, DatasetError
from trainers.data.samples import Samples
from trainers.data.voxels import MeshError, Solid, VoxelCache

VOXELS_FOLDER = "voxels"
"""Derived from the blobs and kept beside them; may be deleted at any time."""


class SampleReader:
    """Reads a dataset's blobs as a network's inputs; the same photo, mask or mesh is read once."""

    def __init__(self, dataset: Dataset, networks: Networks) -> None:
        self._dataset, self._networks = dataset, networks
        self._voxels = VoxelCache(dataset.folder / VOXELS_FOLDER)
        self._streams: dict[tuple[str, str], ConditionStreams] = {}

    def streams(self, photo_sha256: str, mask_sha256: str) -> ConditionStreams:
        """Return the condition of one object, batch of one. Raises DatasetError."""
        key = (photo_sha256, mask_sha256)
        if key not in self._streams:
            try:
                photo, mask = read_photo(self._dataset.blob(photo_sha256)), read_mask(self._dataset.blob(mask_sha256))
                self._streams[key] = make_streams(photo, mask, self._networks.config.image_size)
            except (OSError, ValueError) as error:
                raise DatasetError(f"photo {photo_sha256[:12]} with mask {mask_sha256[:12]}: {error}") from error
        return self._streams[key]

    def solid(self, glb_sha256: str) -> Solid:
        """Return a mesh as occupancy on the network's grid. Raises DatasetError."""
        try:
            return self._voxels.solid(self._dataset.blob(glb_sha256), self._networks.config.grid)
        except MeshError as error:
            raise DatasetError(f"mesh {glb_sha256[:12]}: {error}") from error

    def samples(self, lines: Sequence[tuple[str, str, str, Pose | None]], device: torch.device) -> Samples:
        """Return the samples of (photo, mask, mesh, pose) lines; the VAE runs on ``device``."""
        solids = [self.solid(glb) for _, _, glb, _ in lines]
        occupancy = torch.from_numpy(np.stack([solid.occupancy_RRR for solid in solids]))
        statistics = frames.LayoutStatistics(*(part.cpu() for part in self._networks.geometry.layout_statistics))
        layouts = [
            torch.full((frames.LAYOUT_NUMBERS,), torch.nan)
            if pose is None
            else frames.encode_layout(normalised_pose(pose, solid), statistics)[0]
            for (_, _, _, pose), solid in zip(lines, solids, strict=True)
        ]
        return Samples(
            streams=join_streams([self.streams(photo, mask) for photo, mask, _, _ in lines]),
            shapes_NCXYZ=encode_shapes(self._networks, occupancy, device),
            layouts_NK=torch.stack(layouts),
            has_pose_N=torch.tensor([pose is not None for _, _, _, pose in lines]),
        )


@torch.no_grad()
def encode_shapes(networks: Networks, occupancy_NXYZ: Tensor, device: torch.device, batch: int = 32) -> Tensor:
    """Return standardised latents (N, C, r, r, r) on the CPU."""
    chunks = torch.split(occupancy_NXYZ, batch)
    return torch.cat([networks.encode_shape(chunk[:, None].to(device, torch.float32)).cpu() for chunk in chunks])


def normalised_pose(pose: Pose, solid: Solid) -> PoseTensors:
    """Return the pose of the normalised mesh, batch of one: the file's x = (normalised x) * size + centre."""
    rotation = torch.tensor(pose.rotation, dtype=torch.float64)
    scale = torch.tensor(pose.scale, dtype=torch.float64)
    centre = torch.from_numpy(solid.centre_3).double()
    translation = torch.tensor(pose.translation, dtype=torch.float64) + (centre * scale) @ rotation
    parts = (rotation, translation, scale * solid.size)
    return PoseTensors(*(part[None].float() for part in parts))


def read_photo(content: bytes) -> NDArray[np.uint8]:
    """Decode an upright photo, HW3. Raises OSError or ValueError."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


def read_mask(content: bytes) -> NDArray[np.bool_]:
    """Decode a mask, HW: non-zero is the object. Raises OSError or ValueError."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("L")) > 0
