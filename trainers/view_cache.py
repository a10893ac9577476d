"""Rendered views as files, so that the next start of a run on the same machine begins at once.

Derived data: a folder of them may be deleted at any time. A file is named by everything that its content follows from.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from networks.frames import PoseTensors
from trainers.data.views import ViewSet
from trainers.run_folder import say

FORMAT = 1
"""To be raised when the same description would give other views."""


def cached_views(
    folder: Path | None, description: Mapping[str, object], device: torch.device, make: Callable[[], ViewSet]
) -> ViewSet:
    """Return the views of ``description`` from ``folder``, else make and keep them; a folder of None keeps nothing."""
    if folder is None:
        return make()
    text = json.dumps({"format": FORMAT, **description}, sort_keys=True)
    path = folder / f"views-{hashlib.sha256(text.encode()).hexdigest()[:16]}.safetensors"
    if path.exists():
        try:
            views = load_views(path, device)
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            say(f"{path.name} cannot be read ({error}); its views are made again")
        else:
            say(f"{len(views.images_N8HW)} views from {path.name}")
            return views
    views = make()
    # What cannot be kept is made again next time: a full disk is no reason to stop here.
    with suppress(OSError, SafetensorError):
        folder.mkdir(parents=True, exist_ok=True)
        save_views(views, path)
    return views


def save_views(views: ViewSet, path: Path) -> None:
    """Write ``path`` in one step. Raises OSError, SafetensorError."""
    tensors: dict[str, Tensor] = {
        "occupancy_bits_SW": views.occupancy_bits_SW,
        "images_N8HW": views.images_N8HW,
        "windows_N3": views.windows_N3,
        "visible_N": views.visible_N,
        **{f"poses.{name}": part for name, part in views.poses._asdict().items()},
    }
    if views.depth_N2HW is not None:
        tensors["depth_N2HW"] = views.depth_N2HW
    words = {
        "views_a_shape": str(views.views_a_shape),
        "keys": json.dumps(views.keys),
        "categories": json.dumps(views.categories),
    }
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, unfinished, metadata=words)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def load_views(path: Path, device: torch.device) -> ViewSet:
    """Read what ``save_views`` wrote. Raises OSError, SafetensorError, KeyError."""
    with safe_open(path, "pt", device=str(device)) as file:
        tensors: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        words: dict[str, str] = file.metadata()
    return ViewSet(
        occupancy_bits_SW=tensors["occupancy_bits_SW"],
        images_N8HW=tensors["images_N8HW"],
        poses=PoseTensors(*(tensors[f"poses.{name}"] for name in PoseTensors._fields)),
        windows_N3=tensors["windows_N3"],
        depth_N2HW=tensors.get("depth_N2HW"),
        views_a_shape=int(words["views_a_shape"]),
        keys=json.loads(words["keys"]),
        categories=json.loads(words["categories"]),
        visible_N=tensors["visible_N"],
    )
