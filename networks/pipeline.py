"""Photo and mask in, shapes out: the one call that a server, a trainer's evaluation or a notebook needs."""

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from networks import frames, glb, previews
from networks.colouring import colour_vertices
from networks.config import NetworkConfig, debug_config, nano_config
from networks.crops import ConditionStreams, join_streams, make_streams
from networks.geometry import Latents
from networks.meshing import Mesh, mesh_from_logits, remove_floaters
from networks.network import GeometryNetwork, Networks, build_networks
from networks.sampling import Sampler, draw_noise
from networks.shape_vae import ShapeVae
from networks.weights import WeightsError, load_networks, save_networks

__all__ = [
    "ConditionStreams",
    "GeneratedShape",
    "GeometryNetwork",
    "GeometryPipeline",
    "Latents",
    "NetworkConfig",
    "Networks",
    "ShapeVae",
    "WeightsError",
    "build_networks",
    "debug_config",
    "join_streams",
    "load_networks",
    "make_streams",
    "nano_config",
    "save_networks",
]


@dataclass(frozen=True)
class GeneratedShape:
    """One shape in the object frame, its colours (sRGB), its pose in the photo's camera and its share of the time."""

    seed: int
    vertices_V3: NDArray[np.float32]
    faces_F3: NDArray[np.int32]
    vertex_colours_V3: NDArray[np.uint8]
    occupancy_XYZ: NDArray[np.bool_]
    rotation_33: NDArray[np.float32]
    translation_3: NDArray[np.float32]
    scale_3: NDArray[np.float32]
    seconds: float

    @property
    def mesh(self) -> Mesh:
        """Vertices and faces together."""
        return Mesh(self.vertices_V3, self.faces_F3)

    def to_glb(self) -> bytes:
        """Return a self-contained GLB file."""
        return glb.encode_glb(self.mesh, self.vertex_colours_V3)

    def to_preview_png(self) -> bytes:
        """Return a PNG picture from the view that all candidates share."""
        return previews.preview_png(self.mesh, self.vertex_colours_V3)


# Activations of this many shape tokens are made at once, unless the caller says how many rows.
_TOKENS_AT_ONCE = {"cuda": 65_536, "cpu": 8_192}
# A decoded grid takes far more memory than a latent.
_GRIDS_AT_ONCE = 16


class GeometryPipeline:
    """Holds one checkpoint's networks, ready to generate."""

    def __init__(
        self,
        networks: Networks,
        device: torch.device | str = "cpu",
        *,
        most_at_once: int | None = None,
        sampler: Sampler | None = None,
    ) -> None:
        """Move ``networks`` to ``device``; more rows than ``most_at_once`` are sampled in several batches.

        The default for both options fits the device; ``sampler`` must be one of this very network's transformer.
        """
        self.device = torch.device(device)
        self.networks = networks.to(self.device)
        tokens = _TOKENS_AT_ONCE.get(self.device.type, _TOKENS_AT_ONCE["cpu"])
        self.most_at_once = most_at_once or max(1, tokens // networks.config.n_shape_tokens)
        self.sampler = sampler or Sampler.fastest(self.networks.geometry.transformer)

    def generate(
        self,
        photo_HW3: NDArray[np.uint8],
        mask_HW: NDArray[np.bool_],
        seeds: Sequence[int],
        steps: int,
        guidance: float,
        points_HW3: NDArray[np.float32] | None = None,
    ) -> list[GeneratedShape | None]:
        """Return one shape for each seed, None where it came out empty.

        A seed's noise does not depend on the other seeds. ``points_HW3`` is the photo's pointmap (camera units, NaN
        where unknown), which a network without a pointmap embedder ignores. Raises ValueError for an empty mask or
        sizes that differ.
        """
        config = self.networks.config
        streams = make_streams(photo_HW3, mask_HW, config.image_size, points_HW3 if config.has_pointmap else None)
        if not seeds:
            return []
        started = time.perf_counter()
        logits_BXYZ, poses = self.predict(streams, seeds, steps, guidance)
        share = (time.perf_counter() - started) / len(seeds)
        shapes: list[GeneratedShape | None] = []
        for index, seed in enumerate(seeds):
            begun = time.perf_counter()
            pose = frames.PoseTensors(*(numbers[index : index + 1] for numbers in poses))
            shape = _to_shape(seed, logits_BXYZ[index], pose, photo_HW3, mask_HW)
            seconds = share + time.perf_counter() - begun
            shapes.append(shape and dataclasses.replace(shape, seconds=seconds))
        return shapes

    @torch.no_grad()
    def predict(
        self,
        streams: ConditionStreams,
        seeds: Sequence[int] | Sequence[Sequence[int]],
        steps: int,
        guidance: float,
    ) -> tuple[NDArray[np.float32], frames.PoseTensors]:
        """Return occupancy logits (B, R, R, R) and poses of O objects with S seeds each, B = O * S, object by object.

        ``seeds`` holds a list for each object, all of one length; or the seeds of one object; or one for each object.
        Each object is encoded once. Raises ValueError for seeds that do not fit the objects.
        """
        seeds_OS = _seeds_by_object(seeds, len(streams))
        streams = streams.to(self.device)
        with self._autocast():
            cond_OLD = self.networks.encode_condition(streams)
        latents = self._sample(cond_OLD, seeds_OS, steps, guidance)
        statistics = self._layout_statistics(streams, len(seeds_OS[0]))
        poses = frames.decode_layout(latents.layout_BK, statistics)
        logits = [self._decode(part_BCXYZ) for part_BCXYZ in torch.split(latents.shape_BCXYZ, _GRIDS_AT_ONCE)]
        return torch.cat(logits).numpy(), frames.PoseTensors(*(part.float().cpu() for part in poses))

    def _sample(self, cond_OLD: Tensor, seeds_OS: list[list[int]], steps: int, guidance: float) -> Latents:
        """Sample whole objects together, or some seeds of one object, as many as go into one batch."""
        n_seeds, parts = len(seeds_OS[0]), []
        objects, width = max(1, self.most_at_once // n_seeds), min(n_seeds, self.most_at_once)
        for first in range(0, len(seeds_OS), objects):
            for start in range(0, n_seeds, width):
                some = [row[start : start + width] for row in seeds_OS[first : first + objects]]
                noise = draw_noise(self.networks.config, [seed for row in some for seed in row])
                cond = cond_OLD[first : first + objects]
                parts.append(self.sampler(cond, noise, steps=steps, guidance=guidance))
        return Latents(*(torch.cat(column) for column in zip(*parts, strict=True)))

    def _decode(self, shape_BCXYZ: Tensor) -> Tensor:
        with self._autocast():
            return self.networks.decode_shape(shape_BCXYZ).float().cpu()

    def _layout_statistics(self, streams: ConditionStreams, n_seeds: int) -> frames.LayoutStatistics:
        constants = self.networks.geometry.layout_statistics
        if not self.networks.config.has_pointmap or streams.crop_points_B3HW is None:
            return constants
        read = frames.pointmap_statistics(streams.crop_points_B3HW, streams.crop_mask_B1HW, constants)
        return frames.LayoutStatistics(*(part.repeat_interleave(n_seeds, dim=0) for part in read))

    def _autocast(self) -> torch.autocast:
        """Half precision on a GPU; the encoders and the decoder stand outside of the sampler's own."""
        return torch.autocast(self.device.type, torch.float16, enabled=self.device.type == "cuda")


def _seeds_by_object(seeds: Sequence[int] | Sequence[Sequence[int]], n_objects: int) -> list[list[int]]:
    rows = [list(seed) if isinstance(seed, Sequence) else [seed] for seed in seeds]
    if n_objects == 1 and len(rows) > 1:
        rows = [[seed for row in rows for seed in row]]
    lengths = [len(row) for row in rows]
    if len(rows) != n_objects or not rows[0] or len(set(lengths)) > 1:
        raise ValueError(f"{n_objects} objects need as many lists of seeds, all of one length, not {lengths}")
    return rows


def _to_shape(
    seed: int,
    logits_XYZ: NDArray[np.float32],
    pose: frames.PoseTensors,
    photo_HW3: NDArray[np.uint8],
    mask_HW: NDArray[np.bool_],
) -> GeneratedShape | None:
    mesh = mesh_from_logits(logits_XYZ, smoothing=2)
    if mesh is None or not all(torch.isfinite(part).all() for part in pose):
        return None
    return GeneratedShape(
        seed=seed,
        vertices_V3=mesh.vertices_V3,
        faces_F3=mesh.faces_F3,
        vertex_colours_V3=colour_vertices(mesh, pose, photo_HW3, mask_HW),
        occupancy_XYZ=remove_floaters(logits_XYZ > 0),
        rotation_33=pose.rotation_B33[0].numpy(),
        translation_3=pose.translation_B3[0].numpy(),
        scale_3=pose.scale_B3[0].numpy(),
        seconds=0.0,
    )
