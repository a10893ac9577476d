"""One form for all candidates."""

import io

import numpy as np
import pytest
import trimesh
from PIL import Image

from engine.candidates.packing import GREY, PackingError, Shape, pack, read_shape
from engine.candidates.previews import SIDE_PX, draw_preview


def glb_of(*meshes: trimesh.Trimesh) -> bytes:
    return bytes(trimesh.Scene(list(meshes)).export(file_type="glb"))


def coloured_box(*, size: float = 0.6, colour: tuple[int, int, int] = (200, 60, 20)) -> trimesh.Trimesh:
    mesh = trimesh.creation.box((size, size, size))
    mesh.visual = trimesh.visual.ColorVisuals(mesh, vertex_colors=np.array([*colour, 255], dtype=np.uint8))
    return mesh


def srgb_of(shape: Shape) -> np.ndarray:
    return shape.colours_V3.astype(int)


def test_geometry_and_colours_survive() -> None:
    glb, shape = pack(glb_of(coloured_box()))
    mesh = trimesh.load_mesh(io.BytesIO(glb), file_type="glb")
    assert np.allclose(sorted(map(tuple, mesh.vertices)), sorted(map(tuple, coloured_box().vertices)))
    assert mesh.volume == pytest.approx(0.6**3, rel=1e-5)
    (stored_mesh,) = trimesh.load_scene(io.BytesIO(glb), file_type="glb").geometry.values()
    stored = stored_mesh.visual.vertex_attributes["color"]
    assert stored.dtype == np.uint16
    assert (abs(stored[:, :3] / 65535 * 255 - [200, 60, 20]) < 1).all()
    assert len(shape.faces_F3) == 12


def test_packing_is_idempotent_and_the_same_for_the_same_shape() -> None:
    once, _ = pack(glb_of(coloured_box()))
    twice, _ = pack(once)
    assert once == twice


def test_several_meshes_become_one_where_they_stand() -> None:
    moved = coloured_box(size=0.2).apply_translation((0.3, 0, 0))
    _, shape = pack(glb_of(coloured_box(size=0.2), moved))
    assert len(shape.faces_F3) == 24
    assert shape.vertices_V3[:, 0].max() == pytest.approx(0.4)


def test_a_texture_is_baked_onto_the_vertices() -> None:
    mesh = trimesh.creation.box((0.5, 0.5, 0.5))
    texture = Image.new("RGB", (4, 4), (10, 200, 30))
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=texture)
    mesh.visual = trimesh.visual.TextureVisuals(uv=mesh.vertices[:, :2] + 0.5, material=material)
    _, shape = pack(glb_of(mesh))
    assert (abs(srgb_of(shape) - [10, 200, 30]) <= 1).all()


def test_a_mesh_without_colours_is_grey() -> None:
    _, shape = pack(glb_of(trimesh.creation.icosphere(radius=0.4)))
    assert (abs(srgb_of(shape) - GREY) <= 1).all()


def test_colours_follow_the_glTF_rules_of_linear_light_and_base_colour() -> None:
    mesh = coloured_box()
    material = trimesh.visual.material.PBRMaterial(baseColorFactor=[0.5, 1.0, 1.0, 1.0])
    mesh.visual = trimesh.visual.TextureVisuals(material=material)
    _, shape = pack(glb_of(mesh))
    assert (abs(srgb_of(shape) - [188, 255, 255]) <= 1).all()


def test_vertices_without_faces_are_dropped() -> None:
    mesh = coloured_box()
    mesh = trimesh.Trimesh(np.vstack([mesh.vertices, [[0.4, 0.4, 0.4]]]), mesh.faces, process=False)
    _, shape = pack(glb_of(mesh))
    assert len(shape.vertices_V3) == 8


@pytest.mark.parametrize(
    ("glb", "words"),
    [
        (b"", "cannot be read"),
        (b"glTF\x02\0\0\0\xff\xff\xff\xff", "cannot be read"),
        (glb_of(coloured_box(size=3.0)), "its frame ends"),
        (glb_of(trimesh.Trimesh([[0, 0, np.nan], [0, 1, 0], [0.1, 0, 0]], [[0, 1, 2]], process=False)), "not numbers"),
    ],
)
def test_what_is_no_shape_is_refused_with_a_reason(glb: bytes, words: str) -> None:
    with pytest.raises(PackingError, match=words):
        pack(glb)


def picture(mesh: trimesh.Trimesh) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(draw_preview(read_shape(glb_of(mesh)))))).astype(int)


def test_a_preview_shows_the_shape_without_holes_in_its_colour() -> None:
    shown = picture(coloured_box(colour=(200, 20, 20)))
    assert shown.shape == (SIDE_PX, SIDE_PX, 3)
    assert (shown[0, 0] == 244).all()
    half = SIDE_PX // 2
    middle = shown[half - 20 : half + 20, half - 20 : half + 20]
    assert (middle[..., 0] > middle[..., 1] + 40).all()


def test_what_is_in_front_hides_what_is_behind() -> None:
    front = coloured_box(size=0.3, colour=(20, 200, 20)).apply_translation((0.1, 0.08, 0.3))
    behind = coloured_box(size=0.5, colour=(200, 20, 20)).apply_translation((-0.1, -0.08, -0.25))
    for meshes in ((front, behind), (behind, front)):
        middle = picture(trimesh.util.concatenate(list(meshes)))[SIDE_PX // 2, SIDE_PX // 2]
        assert middle[1] > middle[0]
