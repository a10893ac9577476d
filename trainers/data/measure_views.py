"""How many training views a second this machine renders: ``python -m trainers.data.measure_views --device cuda``."""

import argparse
import os
import time

import torch

from trainers.data.procedural import TRAINING_FAMILIES
from trainers.data.shapes import grow_shapes
from trainers.data.views import make_views


def main() -> None:
    """Grow shapes first, so that only rendering is timed, and print views a second and the memory that it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--shapes", type=int, default=256)
    parser.add_argument("--views", type=int, default=24)
    parser.add_argument("--render-size", type=int, default=192)
    parser.add_argument("--image-size", type=int, default=160)
    parser.add_argument("--grid", type=int, default=64)
    given = parser.parse_args()
    device = torch.device(given.device)
    processes = os.cpu_count() or 1
    shapes = list(grow_shapes(families=TRAINING_FAMILIES, n=given.shapes, seed=0, grid=given.grid, processes=processes))
    faces = sum(len(shape.mesh.faces_F3) for shape in shapes) / len(shapes)
    # The first round allocates memory and loads kernels.
    for name in ("first", "second"):
        started = time.monotonic()
        views = make_views(
            shapes,
            views_a_shape=given.views,
            grid=given.grid,
            image_size=given.image_size,
            render_size=given.render_size,
            seed=0,
            device=device,
            with_points=True,
            say=lambda _: None,
        )
        brightness = float(views.images_N8HW[-1].float().mean())  # Waits for the device.
        rate = len(views) / (time.monotonic() - started)
        print(f"{name} round: {rate:.0f} views/s, {faces:.0f} faces a mesh, last picture {brightness:.1f}")
    if device.type == "cuda":
        print(f"at most {torch.cuda.max_memory_allocated(device) / 2**30:.1f} GiB")


if __name__ == "__main__":
    main()
