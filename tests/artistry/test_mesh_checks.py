import struct
import tracemalloc
from typing import Any

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.artistry.glb_container import RefusedMeshError
from engine.artistry.mesh_checks import check_mesh
from tests.artistry.glbs import changed, container, good, triangle


def refusal(content: bytes) -> str:
    with pytest.raises(RefusedMeshError) as caught:
        check_mesh(content)
    return str(caught.value)


def test_a_good_mesh_is_measured_centred_and_packed() -> None:
    checked = check_mesh(good())
    assert checked.report["faces"] == 80
    assert checked.report["is_watertight"] is True
    assert (checked.report["components"], checked.report["degenerate_faces"]) == (1, 0)
    assert checked.report["extents"] == pytest.approx([6, 6, 6], rel=0.1)
    packed = trimesh.load_scene(trimesh.util.wrap_as_stream(checked.glb), file_type="glb")
    assert packed.bounds[0] == pytest.approx(-packed.bounds[1], abs=1e-6)
    assert packed.extents.max() == pytest.approx(1, abs=1e-6)


def test_packing_a_packed_mesh_changes_only_its_rounding() -> None:
    once = check_mesh(good())
    twice = check_mesh(once.glb)
    assert len(twice.glb) == len(once.glb)
    assert twice.report["extents"] == pytest.approx(
        [extent / max(once.report["extents"]) for extent in once.report["extents"]]
    )


def test_open_loose_and_flat_parts_are_reported() -> None:
    box = trimesh.creation.box()
    box.update_faces(np.arange(len(box.faces)) > 1)
    flat = trimesh.Trimesh(vertices=[[3, 0, 0], [4, 0, 0], [5, 0, 0]], faces=[[0, 1, 2]], process=False)
    report = check_mesh(trimesh.Scene([box, flat]).export(file_type="glb")).report
    assert (report["is_watertight"], report["components"], report["degenerate_faces"]) == (False, 2, 1)


def test_one_triangle_is_enough() -> None:
    assert check_mesh(container(*triangle())).report["faces"] == 1


HUGE = 2**31
NAN_TRIANGLE = struct.pack("<9f", 0, 0, 0, float("nan"), 0, 0, 0, 1, 0) + struct.pack("<3I", 0, 1, 2)
INFINITE_TRIANGLE = struct.pack("<9f", 0, 0, 0, float("inf"), 0, 0, 0, 1, 0) + struct.pack("<3I", 0, 1, 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a GLB"),
        (b"solid cube\nendsolid", "not a GLB"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "not a GLB"),
        (good()[:-10], "arrived"),
        (good() + b"more", "arrived"),
        (struct.pack("<III", 0x46546C67, 1, 20) + bytes(8), "version 1"),
        (struct.pack("<III", 0x46546C67, 2, 20) + struct.pack("<II", HUGE, 0x4E4F534A), "cut off"),
        (container(None, raw=b"{"), "cannot be read"),
        (container([]), "not a JSON object"),
        (container(None, raw=b"[" * 10_000), "nested"),
        (container(None, raw=b'{"a":NaN}'), "cannot be read"),
        (container(None, raw=b'{"a":"\xff"}'), "cannot be read"),
        (container({"nodes": [{}] * 20_001}), "20,001 nodes"),
        (container({"meshes": "x"}), "not a list"),
        (changed(["buffers", 0], {"byteLength": 48, "uri": "http://10.0.0.1/secret"}), "another file"),
        (changed(["buffers", 0], {"byteLength": 48, "uri": "../../etc/passwd"}), "another file"),
        (changed(["images"], [{"uri": "file:///etc/passwd"}]), "another file"),
        (changed(["extensionsRequired"], ["KHR_draco_mesh_compression"]), "KHR_draco"),
        (changed(["extensionsRequired"], "KHR"), "extension"),
        (changed(["buffers", 0, "byteLength"], HUGE), "claims more bytes"),
        (changed(["buffers"], [{"byteLength": 48}] * 2), "several buffers"),
        (changed(["bufferViews", 0, "byteLength"], HUGE), "beyond"),
        (changed(["bufferViews", 0, "byteOffset"], -1), "whole number"),
        (changed(["bufferViews", 0, "byteStride"], 0), "Stride"),
        (changed(["bufferViews", 0, "buffer"], 3), "beyond"),
        (changed(["accessors", 0, "count"], HUGE), "more than its bytes"),
        (changed(["accessors", 0, "count"], 0), "whole number"),
        (changed(["accessors", 0, "count"], 3.5), "whole number"),
        (changed(["accessors", 0, "count"], True), "whole number"),
        (changed(["accessors", 0, "byteOffset"], 4), "more than its bytes"),
        (changed(["accessors", 0, "bufferView"], 9), "does not exist"),
        (changed(["accessors", 0, "type"], "VEC9"), "unknown type"),
        (changed(["accessors", 0, "componentType"], 5130), "unknown type"),
        (changed(["accessors", 0, "sparse"], {"count": 1}), "sparse"),
        (changed(["accessors", 0], {"componentType": 5126, "count": 10**9, "type": "VEC3"}), "sparse or empty"),
        (changed(["accessors", 0, "componentType"], 5125), "32-bit floats"),
        (changed(["accessors", 1, "componentType"], 5126), "not whole numbers"),
        (changed(["meshes", 0, "primitives"], []), "no faces"),
        (changed(["meshes", 0, "primitives", 0, "mode"], 0), "no faces"),
        (changed(["meshes", 0, "primitives", 0, "attributes"], {}), "does not exist"),
        (changed(["meshes", 0, "primitives", 0, "indices"], -1), "does not exist"),
        (changed(["nodes", 0, "mesh"], 5), "does not exist"),
        (changed(["nodes"], [{}]), "no faces"),
        (changed(["nodes"], [{"children": [1]}, {"children": [0]}]), "loop"),
        (changed(["nodes"], [{"children": [2]}, {"children": [2]}, {"mesh": 0}]), "two parents"),
        (changed(["nodes"], [{"mesh": 0, "children": 5}]), "does not exist"),
        (changed(["nodes", 0], {"mesh": 0, "scale": [0, 0, 0]}), "extent"),
        (changed(["images"], [{"bufferView": 0, "mimeType": "image/png"}]), "neither a PNG nor a JPEG"),
        (container(triangle()[0], NAN_TRIANGLE), "not numbers"),
        (container(triangle()[0], INFINITE_TRIANGLE), "not numbers"),
        (container(triangle()[0], triangle()[1][:36] + struct.pack("<3I", 0, 1, 3)), "does not exist"),
        (container(triangle()[0], triangle()[1][:36]), "claims more bytes"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_with_a_reason_and_without_memory(content: bytes, words: str) -> None:
    tracemalloc.start()
    try:
        assert words in refusal(content)
        assert tracemalloc.get_traced_memory()[1] < 30 * 2**20
    finally:
        tracemalloc.stop()


def test_few_bytes_shown_many_times_are_refused() -> None:
    document, binary = triangle(nodes=[{"mesh": 0}] * 15_000, scenes=[{"nodes": list(range(15_000))}])
    document["meshes"] = [{"primitives": document["meshes"][0]["primitives"] * 50}]
    assert "faces or more" in refusal(container(document, binary))


def test_a_texture_that_unfolds_to_gigapixels_is_refused() -> None:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 40_000, 40_000, 8, 2, 0, 0, 0)
    import zlib

    head += struct.pack(">I", zlib.crc32(head[12:]))
    document, binary = triangle()
    document["images"] = [{"bufferView": 2, "mimeType": "image/png"}]
    document["bufferViews"].append({"buffer": 0, "byteOffset": 48, "byteLength": len(head)})
    document["buffers"] = [{"byteLength": 48 + len(head)}]
    assert "texture" in refusal(container(document, binary + head))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**40) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
PLACES: list[list[Any]] = [
    ["asset"], ["scene"], ["scenes"], ["scenes", 0], ["nodes"], ["nodes", 0], ["nodes", 0, "mesh"],
    ["nodes", 0, "matrix"], ["nodes", 0, "children"], ["meshes"], ["meshes", 0], ["meshes", 0, "primitives"],
    ["meshes", 0, "primitives", 0], ["meshes", 0, "primitives", 0, "attributes"],
    ["meshes", 0, "primitives", 0, "attributes", "POSITION"], ["meshes", 0, "primitives", 0, "attributes", "COLOR_0"],
    ["meshes", 0, "primitives", 0, "indices"], ["meshes", 0, "primitives", 0, "material"],
    ["meshes", 0, "primitives", 0, "mode"], ["accessors"], ["accessors", 0], ["accessors", 0, "count"],
    ["accessors", 1, "bufferView"], ["accessors", 1, "byteOffset"], ["bufferViews"], ["bufferViews", 0],
    ["bufferViews", 0, "byteStride"], ["buffers"], ["buffers", 0], ["materials"], ["textures"], ["images"],
    ["extensionsRequired"], ["skins"], ["animations"],
]  # fmt: skip


def is_refused(content: bytes) -> bool:
    """Take or refuse the file; anything but a mesh with faces or a refusal with a reason is a failure."""
    try:
        checked = check_mesh(content)
    except RefusedMeshError as error:
        if not str(error):
            raise RuntimeError("refused without a reason") from error
        return True
    assert checked.report["faces"] >= 1
    return False


unhurried = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(place=st.sampled_from(PLACES), junk=JUNK)
def test_whatever_stands_in_the_description_it_is_taken_or_refused_with_a_reason(place: list[Any], junk: Any) -> None:
    is_refused(changed(place, junk))


@unhurried
@given(flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4))
def test_whatever_bytes_are_damaged_it_is_taken_or_refused_with_a_reason(flips: list[tuple[int, int]]) -> None:
    content = bytearray(container(*triangle()))
    for place, value in flips:
        content[place % len(content)] = value
    is_refused(bytes(content))
