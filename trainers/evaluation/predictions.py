"""What a checkpoint answers for the views of a set: occupancy in bits and poses, on the device, or in a file.

Shapes: N views, K seeds a view, W bytes of a packed grid. Row n * K + k of ``poses`` is view n with its seed k.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from networks.frames import PoseTensors
from networks.pipeline import GeometryPipeline, Networks
from networks.sampling import Sampler
from trainers.data.views import ViewSet
from trainers.evaluation.occupancy import pack, unpack

VIEWS_AT_ONCE = 64


@dataclass(frozen=True)
class Sampling:
    """How answers are drawn. View n of a set has the seeds ``first_seed + n * n_seeds`` and following.

    ``precision`` names the type of the sampler's arithmetic ("bfloat16"); None leaves it to the device.
    """

    n_seeds: int
    steps: int
    guidance: float
    first_seed: int = 0
    precision: str | None = None


@dataclass(frozen=True)
class Predictions:
    """``bits_NKW`` bytes as ``occupancy.pack`` makes them; ``poses`` of N * K rows, on the CPU."""

    bits_NKW: Tensor
    poses: PoseTensors
    grid: int

    def __len__(self) -> int:
        return len(self.bits_NKW)

    @property
    def n_seeds(self) -> int:
        """Answers a view."""
        return self.bits_NKW.shape[1]

    def occupancy(self, views: slice) -> Tensor:
        """Return the grids of some views, bool (n, K, R, R, R)."""
        bits = self.bits_NKW[views]
        return unpack(bits.flatten(0, 1), self.grid).view(*bits.shape[:2], *[self.grid] * 3)

    def pose_of_seed(self, seed: int) -> PoseTensors:
        """Return the poses of one seed of every view, N rows."""
        return PoseTensors(*(part[seed :: self.n_seeds] for part in self.poses))


def pipeline_of(networks: Networks, device: torch.device, sampling: Sampling) -> GeometryPipeline:
    """Return what answers in the precision that ``sampling`` asks for."""
    networks = networks.evaluating().to(device)
    if sampling.precision is None:
        return GeometryPipeline(networks, device)
    dtype: torch.dtype = getattr(torch, sampling.precision)
    return GeometryPipeline(networks, device, sampler=Sampler(networks.geometry.transformer, dtype=dtype))


def predict_views(
    pipeline: GeometryPipeline, views: ViewSet, sampling: Sampling, say: Callable[[str], None]
) -> Predictions:
    """Sample ``n_seeds`` answers for each view of the set."""
    device, n = views.images_N8HW.device, len(views.images_N8HW)
    bits, poses = [], []
    grid = pipeline.networks.config.grid
    for first in range(0, n, VIEWS_AT_ONCE):
        index = torch.arange(first, min(first + VIEWS_AT_ONCE, n))
        seeds = [
            list(
                range(
                    sampling.first_seed + view * sampling.n_seeds, sampling.first_seed + (view + 1) * sampling.n_seeds
                )
            )
            for view in index.tolist()
        ]
        logits, part = pipeline.predict(views.streams(index), seeds, sampling.steps, sampling.guidance)
        # An answer that is not a number is an empty one: comparing it with 0 is false.
        solid = torch.as_tensor(logits).to(device) > 0
        bits.append(pack(solid).view(len(index), sampling.n_seeds, -1))
        poses.append(part)
        if first // (8 * VIEWS_AT_ONCE) != (first + VIEWS_AT_ONCE) // (8 * VIEWS_AT_ONCE):
            say(f"{min(first + VIEWS_AT_ONCE, n)} of {n} views answered")
    return Predictions(torch.cat(bits), PoseTensors(*(torch.cat(parts) for parts in zip(*poses, strict=True))), grid)


def save_predictions(path: Path, predictions: Predictions, note: dict[str, str]) -> None:
    """Write predictions to a safetensors file with ``note`` as its metadata."""
    tensors = {"bits": predictions.bits_NKW.cpu(), **{f"pose_{k}": part for k, part in enumerate(predictions.poses)}}
    save_file(
        {name: tensor.contiguous() for name, tensor in tensors.items()}, path, {**note, "grid": str(predictions.grid)}
    )


def load_predictions(path: Path) -> tuple[Predictions, dict[str, str]]:
    """Read what ``save_predictions`` wrote. Raises ValueError for another file."""
    try:
        with safe_open(path, "pt") as file:
            note = dict(file.metadata() or {})
            poses = PoseTensors(*(file.get_tensor(f"pose_{k}") for k in range(3)))
            return Predictions(file.get_tensor("bits"), poses, int(note.pop("grid"))), note
    except (OSError, SafetensorError, KeyError) as error:
        raise ValueError(f"{path} holds no predictions: {error}") from error
