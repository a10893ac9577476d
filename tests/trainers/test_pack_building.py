"""From furniture libraries to packs: orientation, colours, filters, and models that are broken in every way."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from trainers.data import sweethome
from trainers.data.build_pack import build_pack
from trainers.data.packs import PackError, read_card, read_pack
from trainers.data.split import SHIPPED_ASSETS, SHIPPED_LIBRARY, TRAINING_LIBRARIES
from trainers.data.sweethome import load_groups, read_catalogue
from trainers.data.voxels import MeshError


def _obj(mesh: trimesh.Trimesh, material: str = "plain") -> str:
    lines = [f"mtllib {material}.mtl"]
    lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in mesh.vertices]
    lines += [f"vt {x + 0.5:.4f} {y + 0.5:.4f}" for x, y, _ in mesh.vertices]
    lines.append("usemtl skin")
    lines += [f"f {a}/{a} {b}/{b} {c}/{c}" for a, b, c in mesh.faces + 1]
    return "\n".join(lines)


def _bar_with_knob() -> trimesh.Trimesh:
    """A bar along x with a knob up and to the front at its right end."""
    bar = trimesh.creation.box((1.0, 0.4, 0.4))
    knob = trimesh.creation.box((0.2, 0.3, 0.3))
    knob.apply_translation((0.4, 0.3, 0.3))
    mesh = trimesh.util.concatenate([bar, knob])
    return mesh.subdivide().subdivide()


Model = dict[str, str | bytes]
PLAIN: Model = {"plain.mtl": "newmtl skin\nKd 0.8 0.2 0.1\n"}


def _library(path: Path, models: dict[str, Model], extra: dict[str, str] | None = None) -> None:
    """Write a library; a model is its files, of which NAME.obj is the mesh."""
    lines = []
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, files) in enumerate(models.items(), 1):
            lines += [f"name#{number}={name}", f"category#{number}=Kitchen", f"creator#{number}=Ann"]
            lines.append(f"model#{number}=/lib/{name}/{name}.obj")
            lines += [f"{key}#{number}={value}" for key, value in (extra or {}).items()]
            for file, content in files.items():
                archive.writestr(f"lib/{name}/{file}", content)
        archive.writestr("PluginFurnitureCatalog.properties", "\n".join(lines))


def _source(folder: Path, models: dict[str, Model]) -> Path:
    for name in (*TRAINING_LIBRARIES, SHIPPED_LIBRARY):
        _library(folder / f"{name}.sh3f", models if name == "Scopia" else {})
    return folder


def _good(name: str) -> Model:
    return {f"{name}.obj": _obj(_bar_with_knob()), **PLAIN}


def test_pack_of_a_library_keeps_what_is_good_in_its_own_orientation(tmp_path: Path) -> None:
    two_faces = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 1, 2], [0, 2, 3]])
    sheet = trimesh.creation.box((1.0, 1.0, 0.01)).subdivide().subdivide().subdivide()
    models = {
        "knob": _good("knob"),
        "sheet": {"sheet.obj": _obj(sheet), **PLAIN},
        "scrap": {"scrap.obj": _obj(two_faces), **PLAIN},
    }
    out = tmp_path / "train.safetensors"
    build_pack(out, role="train", source=_source(tmp_path, models), processes=1)
    (shape,) = read_pack(out, role="train")
    assert (shape.key, shape.category, shape.grid) == ("asset:Scopia/knob", "Kitchen", 64)
    occupancy = shape.occupancy()
    upper_front = np.argwhere(occupancy[:, 45:, 40:])
    assert len(upper_front) == 0 or upper_front[:, 0].min() > 40
    assert occupancy[58, 40, 40]
    assert not occupancy[5, 40, 40]
    assert np.allclose(shape.mesh.colours_V3, (0.8, 0.2, 0.1), atol=0.01)
    card = read_card(out)
    assert (card.assets[0].author, card.assets[0].licence) == ("Ann", "CC-BY-3.0")


def test_same_library_gives_the_same_pack(tmp_path: Path) -> None:
    source = _source(tmp_path, {"knob": _good("knob")})
    for name in ("a", "b"):
        build_pack(tmp_path / name, role="train", source=source, processes=1)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_shipped_and_training_assets_stay_out_of_a_held_out_pack(tmp_path: Path) -> None:
    _source(tmp_path, {"knob": _good("knob")})
    models = {name: _good(name) for name in (SHIPPED_ASSETS[0], "sideboard")}
    _library(tmp_path / f"{SHIPPED_LIBRARY}.sh3f", models)
    build_pack(tmp_path / "out", role="heldout", source=tmp_path, processes=1)
    assert [shape.key for shape in read_pack(tmp_path / "out", role="heldout")] == [
        f"asset:{SHIPPED_LIBRARY}/sideboard"
    ]
    with pytest.raises(PackError):
        read_pack(tmp_path / "out", role="train")


def test_missing_libraries_and_packs_without_assets_are_named(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"BlendSwap-CC-0\.sh3f cannot be read"):
        build_pack(tmp_path / "out", role="train", source=tmp_path, processes=1)
    with pytest.raises(PackError, match="without assets"):
        build_pack(tmp_path / "out", role="train", source=_source(tmp_path, {}), processes=1)
    assert not (tmp_path / "out").exists()


def test_catalogue_s_rotation_stands_a_model_up(tmp_path: Path) -> None:
    # Rows of a matrix that multiplies column vectors: this one brings z up.
    _library(tmp_path / "a.sh3f", {"knob": _good("knob")}, {"modelRotation": "1 0 0 0 0 1 0 -1 0"})
    (entry,) = read_catalogue(tmp_path / "a.sh3f")
    (group,) = load_groups(tmp_path / "a.sh3f", entry)
    expected = np.asarray(_bar_with_knob().vertices) @ np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]]).T
    assert np.allclose(np.ptp(group.vertices_V3, axis=0), np.ptp(expected, axis=0), atol=1e-4)
    assert np.allclose(group.vertices_V3.mean(0), expected.mean(0), atol=1e-3)


@pytest.mark.parametrize("texture", [None, b"no picture", "whole"], ids=["missing", "garbage", "whole"])
def test_texture_that_cannot_be_read_leaves_the_plain_colour(tmp_path: Path, texture: str | bytes | None) -> None:
    files: Model = {
        "thing.obj": _obj(_bar_with_knob(), "textured"),
        "textured.mtl": "newmtl skin\nKd 0.2 0.9 0.3\nmap_Kd paint.png\n",
    }
    if texture == "whole":
        Image.new("RGB", (8, 8), (10, 20, 200)).save(tmp_path / "paint.png")
        texture = (tmp_path / "paint.png").read_bytes()
        is_textured = True
    else:
        is_textured = False
    if texture is not None:
        files["paint.png"] = texture
    out = tmp_path / "train"
    build_pack(out, role="train", source=_source(tmp_path, {"thing": files}), processes=1)
    (shape,) = read_pack(out, role="train")
    expected = np.array([10, 20, 200]) / 255 if is_textured else np.array([0.2, 0.9, 0.3])
    assert np.allclose(shape.mesh.colours_V3, expected, atol=0.02)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", r"cannot be read|no faces"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\n", r"cannot be read|no faces"),
        ("v 0 0 0\nv 1 0 0\nv nan 1 0\nf 1 2 3\n", r"not finite|cannot be read"),
        ("v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n", r"no faces"),
        ("v 0 0 0\nf 1 2 9\n", r"cannot be read|no faces"),
    ],
    ids=["empty", "no faces", "not a number", "a point", "missing vertex"],
)
def test_broken_model_is_a_mesh_error_and_no_end_of_the_build(tmp_path: Path, content: str, reason: str) -> None:
    models = {"broken": {"broken.obj": content}, "knob": _good("knob")}
    source = _source(tmp_path, models)
    entry = read_catalogue(source / "Scopia.sh3f")[0]
    with pytest.raises(MeshError, match=reason):
        load_groups(source / "Scopia.sh3f", entry)
    build_pack(tmp_path / "out", role="train", source=source, processes=1)
    assert [shape.key for shape in read_pack(tmp_path / "out", role="train")] == ["asset:Scopia/knob"]


def test_huge_model_is_refused_by_its_faces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _library(tmp_path / "a.sh3f", {"knob": _good("knob")})
    (entry,) = read_catalogue(tmp_path / "a.sh3f")
    monkeypatch.setattr(sweethome, "MAX_FACES", 50)
    with pytest.raises(MeshError, match="more than 50"):
        load_groups(tmp_path / "a.sh3f", entry)
