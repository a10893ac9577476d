"""Colours live through packing, whichever of glTF's ways they came in."""

import numpy as np
import trimesh

from engine.candidates.generators.suite import LIBRARY_FOLDER
from engine.candidates.packing import read_shape, write_glb
from networks.glb import encode_glb
from networks.meshing import Mesh

TRIANGLE = Mesh(np.eye(3, dtype=np.float32) * 0.4, np.array([[0, 1, 2]], dtype=np.int32))
COLOURS = np.array([[255, 0, 0], [10, 128, 60], [200, 30, 250]], dtype=np.uint8)


def test_the_network_s_colours_stay_what_they_were() -> None:
    shape = read_shape(encode_glb(TRIANGLE, COLOURS))
    assert shape.colours_V3.tolist() == COLOURS.tolist()


def test_packing_a_packed_shape_changes_nothing() -> None:
    once = write_glb(read_shape(encode_glb(TRIANGLE, COLOURS)))
    assert write_glb(read_shape(once)) == once


def test_a_library_asset_keeps_its_colours() -> None:
    colours = read_shape((LIBRARY_FOLDER / "fireExtinguisher.glb").read_bytes()).colours_V3
    reds = (colours[:, 0] > 150) & (colours[:, 1:] < 60).all(axis=1)
    assert reds.mean() > 0.2


def test_a_material_s_plain_colour_is_taken() -> None:
    material = trimesh.visual.material.PBRMaterial(baseColorFactor=[0, 255, 0, 255])
    mesh = trimesh.creation.box((0.5, 0.5, 0.5))
    mesh.visual = trimesh.visual.TextureVisuals(material=material)
    assert read_shape(mesh.export(file_type="glb")).colours_V3.tolist() == [[0, 255, 0]] * 8


def test_a_mesh_without_a_material_keeps_its_byte_colours() -> None:
    mesh = trimesh.Trimesh(*TRIANGLE, vertex_colors=[[255, 255, 0, 255]] * 3, process=False)
    assert read_shape(mesh.export(file_type="glb")).colours_V3.tolist() == [[255, 255, 0]] * 3
