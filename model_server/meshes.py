"""Mesh bytes to arrays, refusing whatever is not plainly a shape."""

import io

import numpy as np
import trimesh

from model_server.refusals import RefusalError
from networks.meshing import Mesh

_MOST_FACES = 500_000


def read_mesh(content: bytes) -> Mesh:
    """Return all triangles of a GLB in one frame. Raises RefusalError (422)."""
    try:
        scene = trimesh.load_scene(io.BytesIO(content), file_type="glb", resolver=None)
        whole = scene.to_mesh()
        vertices, faces = np.asarray(whole.vertices, dtype=np.float32), np.asarray(whole.faces, dtype=np.int32)
    except Exception as error:  # a parser fed odd bytes raises nearly anything
        raise RefusalError(422, "The mesh is not a GLB file that can be read.", "glb") from error
    if len(faces) == 0:
        raise RefusalError(422, "The mesh has no faces.", "glb")
    if len(faces) > _MOST_FACES:
        raise RefusalError(422, f"The mesh has more than {_MOST_FACES:,} faces.", "glb")
    corners = vertices[faces].astype(np.float64)
    if not np.isfinite(corners).all():
        raise RefusalError(422, "The mesh has vertices that are not numbers.", "glb")
    if not np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).any():
        raise RefusalError(422, "The mesh has no area: nothing of it can be seen.", "glb")
    return Mesh(vertices, faces)
