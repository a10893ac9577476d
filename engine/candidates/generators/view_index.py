"""The searchable form of the asset library: how each asset looks from each view."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.candidates.generators.appearance import SILHOUETTE_SIDE, colour_numbers, silhouette, soft_outlines

INDEX_NAME = "index.npz"
LIBRARY_NAME = "library.json"
_CELLS = SILHOUETTE_SIDE**2


@dataclass(frozen=True)
class ViewIndex:
    """A assets, seen from the same V views. ``hulls`` holds the corners of each convex hull in the object frame.

    ``rotations_V33`` turns row vectors of the object frame into the camera frame of the view.
    """

    keys: tuple[str, ...]
    silhouettes_AVC: NDArray[np.float32]
    outlines_AVC: NDArray[np.float32]
    colours_AVK: NDArray[np.float32]
    rotations_V33: NDArray[np.float32]
    hulls: tuple[NDArray[np.float32], ...]


def build_index(library_folder: Path, views_path: Path) -> None:
    """Describe the rendered views of every asset of ``library.json`` and write the index beside it.

    ``views_path`` is an .npz with ``rotations`` (V, 3, 3) and, per asset, ``KEY.rgba`` (V, H, W, 4) and ``KEY.hull``.
    """
    keys = [row["key"] for row in json.loads((library_folder / LIBRARY_NAME).read_text(encoding="utf-8"))]
    with np.load(views_path, allow_pickle=False) as views:
        rotations_V33 = views["rotations"].astype(np.float32)
        outlines, colours, hulls = [], [], []
        for key in keys:
            rgba_VHW4 = views[f"{key}.rgba"]
            outlines.append([silhouette(view[..., 3] > 0) for view in rgba_VHW4])
            colours.append([colour_numbers(view[..., :3], view[..., 3] > 0) for view in rgba_VHW4])
            hulls.append(views[f"{key}.hull"].astype(np.float32))
    bits = np.packbits(np.array(outlines).reshape(len(keys), len(rotations_V33), _CELLS), axis=-1)
    np.savez_compressed(
        library_folder / INDEX_NAME,
        keys=np.array(keys),
        silhouettes=bits,
        colours=np.array(colours, dtype=np.float16),
        rotations=rotations_V33,
        hulls=np.concatenate(hulls),
        hull_ends=np.cumsum([len(hull) for hull in hulls]),
    )


def load_index(library_folder: Path) -> ViewIndex:
    """Read the index. Raises OSError or ValueError when it is missing or broken."""
    try:
        with np.load(library_folder / INDEX_NAME, allow_pickle=False) as stored:
            packed_AVB = stored["silhouettes"]
            if packed_AVB.shape[-1] != _CELLS // 8:
                raise ValueError("the index was made for another size of silhouette; build it again")
            bits_AVC = np.unpackbits(packed_AVB, axis=-1).astype(bool)
            outlines = soft_outlines(bits_AVC.reshape(-1, SILHOUETTE_SIDE, SILHOUETTE_SIDE))
            return ViewIndex(
                keys=tuple(str(key) for key in stored["keys"]),
                silhouettes_AVC=bits_AVC.astype(np.float32),
                outlines_AVC=outlines.reshape(bits_AVC.shape),
                colours_AVK=stored["colours"].astype(np.float32),
                rotations_V33=stored["rotations"],
                hulls=tuple(np.split(stored["hulls"], stored["hull_ends"][:-1])),
            )
    except (KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{library_folder / INDEX_NAME} is not a view index: {error}") from error
