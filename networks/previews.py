"""A picture of a mesh: the same view, light and scale for every candidate, so that none looks better by its lamp."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from networks.meshing import Mesh, vertex_normals
from networks.rasterising import rasterise

PREVIEW_PIXELS = 128
# Drawn larger and averaged down, for smooth outlines.
_OVERSAMPLING = 2
# From the front, a little to the right and above.
_AZIMUTH, _ELEVATION = math.radians(30), math.radians(20)
# Half the side of the view; the unit cube's half diagonal is 0.87.
_REACH = 0.72
_AMBIENT, _DIFFUSE = 0.45, 0.6
_LIGHT = np.array([0.35, 0.75, 0.56])


def view_rotation() -> NDArray[np.float64]:
    """Return the 3x3 matrix that turns row vectors of the object frame to (right, up, towards the viewer)."""
    ca, sa, ce, se = math.cos(_AZIMUTH), math.sin(_AZIMUTH), math.cos(_ELEVATION), math.sin(_ELEVATION)
    right = np.array([ca, 0.0, -sa])
    back = np.array([sa * ce, se, ca * ce])
    return np.stack([right, np.cross(back, right), back], axis=1)


def render_preview(mesh: Mesh, colours_V3: NDArray[np.uint8], pixels: int = PREVIEW_PIXELS) -> NDArray[np.uint8]:
    """Return an RGBA picture (pixels, pixels, 4), transparent around the object, parallel projection."""
    side = pixels * _OVERSAMPLING
    turned = mesh.vertices_V3 @ view_rotation()
    u = (turned[:, 0] / _REACH + 1) / 2 * side
    v = (1 - turned[:, 1] / _REACH) / 2 * side
    raster = rasterise(np.stack([u, v], axis=1), -turned[:, 2], mesh.faces_F3, side, side)
    is_hit = raster.face_HW >= 0
    corners = mesh.faces_F3[raster.face_HW[is_hit]]
    weights = raster.weights_HW3[is_hit][:, :, None]
    normals = (vertex_normals(mesh)[corners] * weights).sum(axis=1)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    light = _AMBIENT + _DIFFUSE * np.clip(normals @ (_LIGHT / np.linalg.norm(_LIGHT)), 0, None)
    colours = (colours_V3[corners] / 255.0 * weights).sum(axis=1) * light[:, None]
    picture = np.zeros((side, side, 4))
    picture[is_hit, :3] = np.clip(colours, 0, 1)
    picture[is_hit, 3] = 1
    small = picture.reshape(pixels, _OVERSAMPLING, pixels, _OVERSAMPLING, 4).mean(axis=(1, 3))
    # The mean above weighted colours by cover; PNG wants them unweighted.
    small[..., :3] /= np.maximum(small[..., 3:], 1e-6)
    final: NDArray[np.uint8] = (np.clip(small, 0, 1) * 255).round().astype(np.uint8)
    return final


def preview_png(mesh: Mesh, colours_V3: NDArray[np.uint8], pixels: int = PREVIEW_PIXELS) -> bytes:
    """Return ``render_preview`` as PNG bytes."""
    buffer = io.BytesIO()
    Image.fromarray(render_preview(mesh, colours_V3, pixels)).save(buffer, format="PNG")
    return buffer.getvalue()
