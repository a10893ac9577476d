"""Vertex colours from the masked photo: what the camera saw where it saw it, the nearest seen colour elsewhere."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from networks import frames
from networks.meshing import Mesh
from networks.rasterising import rasterise

# Side of the visibility picture; finer than the shape's voxels.
_VISIBILITY_PIXELS = 192


def colour_vertices(
    mesh: Mesh, pose: frames.PoseTensors, photo_HW3: NDArray[np.uint8], mask_HW: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Return sRGB colours (V, 3).

    The pose gives the side that is seen. A predicted position is seldom exact to the pixel, so the projection is
    brought onto the mask's bounding box first. A vertex that was not seen takes the colour of the nearest one that
    was; if none was, all take the mean colour of the object.
    """
    mean = photo_HW3[mask_HW].mean(axis=0).round().astype(np.uint8)
    colours = np.tile(mean, (len(mesh.vertices_V3), 1))
    camera = frames.apply_pose(torch.from_numpy(mesh.vertices_V3)[None], pose)[0]
    if float(camera[:, 2].min()) <= 1e-3:
        return colours
    projected = frames.project(camera[None], *mask_HW.shape)[0].numpy().astype(np.float64)
    pixels_V2 = _fit_to_mask(projected, mask_HW)
    is_visible = _visible(pixels_V2, camera[:, 2].numpy(), mesh.faces_F3)
    columns = np.floor(pixels_V2[:, 0]).astype(int).clip(0, mask_HW.shape[1] - 1)
    rows = np.floor(pixels_V2[:, 1]).astype(int).clip(0, mask_HW.shape[0] - 1)
    is_seen = is_visible & mask_HW[rows, columns]
    if not is_seen.any():
        return colours
    colours[is_seen] = photo_HW3[rows[is_seen], columns[is_seen]]
    nearest = cKDTree(mesh.vertices_V3[is_seen]).query(mesh.vertices_V3[~is_seen])[1]
    colours[~is_seen] = colours[is_seen][nearest]
    return colours


def _fit_to_mask(pixels_V2: NDArray[np.float64], mask_HW: NDArray[np.bool_]) -> NDArray[np.float64]:
    rows, columns = np.flatnonzero(mask_HW.any(axis=1)), np.flatnonzero(mask_HW.any(axis=0))
    low = np.array([columns[0], rows[0]], dtype=np.float64)
    high = np.array([columns[-1] + 1, rows[-1] + 1], dtype=np.float64)
    start, span = pixels_V2.min(axis=0), np.maximum(np.ptp(pixels_V2, axis=0), 1e-6)
    fitted: NDArray[np.float64] = low + (pixels_V2 - start) / span * (high - low)
    return fitted


def _visible(
    pixels_V2: NDArray[np.float64], depth_V: NDArray[np.floating], faces_F3: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Return which vertices belong to a face that some pixel sees."""
    start, span = pixels_V2.min(axis=0), float(np.ptp(pixels_V2, axis=0).max())
    scaled = (pixels_V2 - start) / max(span, 1e-6) * _VISIBILITY_PIXELS
    raster = rasterise(scaled, depth_V, faces_F3, _VISIBILITY_PIXELS, _VISIBILITY_PIXELS)
    faces = np.unique(raster.face_HW[raster.face_HW >= 0])
    is_visible = np.zeros(len(pixels_V2), dtype=bool)
    is_visible[faces_F3[faces]] = True
    return is_visible
