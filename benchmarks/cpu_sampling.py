"""Seconds a candidate costs without a GPU, made as the model server does it: photo and mask in, mesh and preview out.

The server's other work (receiving, sending) and the engine's (storing, a preview of its own) are not in it.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from benchmarks.device_result import PROJECT_FOLDER, Figures, figure
from model_server.precision import cpu_has_bfloat16
from networks.config import NetworkConfig
from networks.crops import make_streams
from networks.network import Networks, build_networks
from networks.pipeline import GeometryPipeline
from networks.sampling import Sampler
from trainers.checkpoints import read_checkpoint

SEEDS = tuple(range(8))
GUIDANCE = 2.0
# What the demo asks for without a GPU, and what it asks for with one.
STEPS = (12, 25)
PHOTO = PROJECT_FOLDER / "engine/demo/seed/photos/coffee.jpg"
MASK = PROJECT_FOLDER / "engine/demo/seed/photos/coffee_mask.png"


def cpu_figures(networks: Networks, repeats: int, *, is_trained: bool) -> Figures:
    """Measure eight seeds of one photo. Random weights make noise for shapes, so nothing is meshed then."""
    fast = torch.bfloat16 if cpu_has_bfloat16() else torch.float32
    figures: Figures = {}
    for dtype in dict.fromkeys((fast, torch.float32)):
        pipeline = GeometryPipeline(networks, sampler=Sampler(networks.geometry.transformer, dtype=dtype))
        for steps in STEPS:
            work = partial(make_candidates if is_trained else make_grids, pipeline, steps)
            name = "cpu_candidate" if steps == STEPS[0] else f"cpu_candidate_{steps}_steps"
            name += "_s" if dtype == fast else "_float32_s"
            figures[name] = figure(_seconds_each(work, repeats), unit="s")
    return figures


def make_candidates(pipeline: GeometryPipeline, steps: int) -> int:
    """Make what the server sends for one object; return how many candidates are not empty."""
    with Image.open(PHOTO) as photo, Image.open(MASK) as mask:
        shapes = pipeline.generate(np.asarray(photo.convert("RGB")), np.asarray(mask) > 0, SEEDS, steps, GUIDANCE)
    return sum(bool(shape.to_glb() and shape.to_preview_png()) for shape in shapes if shape is not None)


def make_grids(pipeline: GeometryPipeline, steps: int) -> int:
    """Go as far as the occupancy grids."""
    with Image.open(PHOTO) as photo, Image.open(MASK) as mask:
        size = pipeline.networks.config.image_size
        streams = make_streams(np.asarray(photo.convert("RGB")), np.asarray(mask) > 0, size, None)
    return len(pipeline.predict(streams, SEEDS, steps, GUIDANCE)[0])


def networks_to_measure(checkpoint: Path | None, config: NetworkConfig) -> Networks:
    """Return the checkpoint's networks, or random ones of the size."""
    if checkpoint is not None:
        return read_checkpoint(checkpoint)[1]
    torch.manual_seed(0)
    return build_networks(config).evaluating()


def _seconds_each(work: Callable[[], int], repeats: int) -> list[float]:
    measured = []
    for _ in range(repeats):
        started = time.perf_counter()
        made = work()
        if not made:
            raise SystemExit("all shapes came out empty: there is no candidate to divide the time by")
        measured.append((time.perf_counter() - started) / made)
    return measured
