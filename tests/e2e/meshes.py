"""GLB files that an artist might upload."""

from pathlib import Path

import trimesh


def write_cup(path: Path) -> Path:
    """Write a plain cup of a few hundred faces, watertight."""
    path.write_bytes(trimesh.creation.annulus(r_min=0.25, r_max=0.4, height=0.8).export(file_type="glb"))
    return path


def write_truncated(path: Path) -> Path:
    """Write a GLB that ends in the middle, as after a broken download."""
    content = trimesh.creation.icosphere().export(file_type="glb")
    path.write_bytes(content[: len(content) // 2])
    return path
