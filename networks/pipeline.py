"""Photo and mask in, shapes out: the one call that a server, a trainer's evaluation or a notebook needs."""

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from networks import frames, glb, previews
from networks.colouring import colour_vertices
from networks.config import NetworkConfig, debug_config, nano_config
from networks.crops import ConditionStreams, join_streams, make_streams
from networks.geometry import Latents
from networks.meshing import Mesh, mesh_from_logits, remove_floaters
from networks.network import GeometryNetwork, Networks, build_networks
from networks.sampling import draw_noise, sample
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


class GeometryPipeline:
    """Holds one checkpoint's networks, ready to generate."""

    def __init__(self, networks: Networks, device: torch.device | str = "cpu", *, most_at_once: int = 16) -> None:
        """Move ``networks`` to ``device``; more seeds than ``most_at_once`` are sampled in several batches."""
        self.most_at_once = most_at_once
        self.device = torch.device(device)
        self.networks = networks.to(self.device)

    def generate(
        self,
        photo_HW3: NDArray[np.uint8],
        mask_HW: NDArray[np.bool_],
        seeds: Sequence[int],
        steps: int,
        guidance: float,
    ) -> list[GeneratedShape | None]:
        """Return one shape for each seed, None where it came out empty.

        A seed's noise does not depend on the other seeds. Raises ValueError for an empty mask or sizes that differ.
        """
        streams = make_streams(photo_HW3, mask_HW, self.networks.config.image_size)
        shapes: list[GeneratedShape | None] = []
        for start in range(0, len(seeds), self.most_at_once):
            started = time.perf_counter()
            part = seeds[start : start + self.most_at_once]
            logits_BXYZ, poses = self.predict(streams, part, steps, guidance)
            share = (time.perf_counter() - started) / len(part)
            for index, seed in enumerate(part):
                begun = time.perf_counter()
                pose = frames.PoseTensors(*(numbers[index : index + 1] for numbers in poses))
                shape = _to_shape(seed, logits_BXYZ[index], pose, photo_HW3, mask_HW)
                seconds = share + time.perf_counter() - begun
                shapes.append(shape and dataclasses.replace(shape, seconds=seconds))
        return shapes

    @torch.no_grad()
    def predict(
        self, streams: ConditionStreams, seeds: Sequence[int], steps: int, guidance: float
    ) -> tuple[NDArray[np.float32], frames.PoseTensors]:
        """Return occupancy logits (B, R, R, R) and poses for the seeds of one object, or of one object each."""
        geometry = self.networks.geometry
        cond_BLD = self.networks.encode_condition(streams.to(self.device))
        noise = draw_noise(self.networks.config, list(seeds))
        latents = sample(geometry.transformer, cond_BLD, noise, steps=steps, guidance=guidance)
        logits = self.networks.decode_shape(latents.shape_BCXYZ)
        poses = frames.decode_layout(latents.layout_BK, geometry.layout_statistics)
        return logits.float().cpu().numpy(), frames.PoseTensors(*(part.float().cpu() for part in poses))


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
