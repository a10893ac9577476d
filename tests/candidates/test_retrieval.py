"""The retrieval generator on the shipped library."""

import io
import json
import math
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.candidates.generators.placing import project
from engine.candidates.generators.port import GeneratorError, ProposalBatch
from engine.candidates.generators.retrieval import RetrievalGenerator
from engine.candidates.generators.suite import LIBRARY_FOLDER
from engine.candidates.generators.view_index import load_index
from tests.candidates.rendered import draw_asset, encode
from trainers.data.split import SHIPPED_ASSETS, SHIPPED_PROCEDURAL

CATALOGUE = json.loads((LIBRARY_FOLDER / "library.json").read_text(encoding="utf-8"))
KEY_OF_DIGEST = {row["glb_sha256"]: row["key"] for row in CATALOGUE}


def retrieve(photo: bytes, mask: bytes, *, n: int = 4, seed: int = 0) -> ProposalBatch:
    generator = RetrievalGenerator(library_folder=LIBRARY_FOLDER)
    return generator.propose(photo=photo, mask=mask, n=n, seed=seed, steps=1, guidance=0.0)


def keys(batch: ProposalBatch) -> list[str]:
    return [KEY_OF_DIGEST[sha256(proposal.glb).hexdigest()] for proposal in batch.proposals]


def grey(width: int, height: int) -> bytes:
    return encode(Image.new("RGB", (width, height), (120, 130, 110)))


def square_mask(width: int, height: int, box: tuple[int, int, int, int]) -> bytes:
    image = Image.new("L", (width, height))
    image.paste(255, box)
    return encode(image)


@pytest.mark.parametrize("key", ["armchair2", "caffe_final", "cissors_swap", "horse2", "motorbike", "teddyBear"])
@pytest.mark.parametrize(("azimuth", "elevation"), [(30, 25), (307, 14)])
def test_an_asset_is_found_in_a_picture_of_itself(key: str, azimuth: float, elevation: float) -> None:
    drawn = draw_asset(LIBRARY_FOLDER / f"{key}.glb", azimuth=azimuth, elevation=elevation)
    assert keys(retrieve(drawn.photo, drawn.mask))[0] == key


@pytest.mark.parametrize("turn", [0, 45, -90])
def test_the_pose_turns_the_asset_as_it_was_drawn(turn: int) -> None:
    drawn = draw_asset(LIBRARY_FOLDER / "motorbike.glb", azimuth=60, elevation=25, turn=turn)
    batch = retrieve(drawn.photo, drawn.mask)
    assert keys(batch)[0] == "motorbike"
    pose = batch.proposals[0].pose
    assert pose is not None
    angle = math.radians(turn)
    seen_turn = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    error = np.array(pose.rotation) @ (drawn.rotation_33 @ seen_turn).T
    assert math.degrees(math.acos(min(1.0, (np.trace(error) - 1) / 2))) < 16


def test_the_projected_asset_covers_the_mask_s_box() -> None:
    drawn = draw_asset(LIBRARY_FOLDER / "armchair2.glb", azimuth=30, elevation=25)
    photo = Image.new("RGB", (400, 240))
    photo.paste(Image.open(io.BytesIO(drawn.photo)), (200, 60))
    mask = Image.new("L", (400, 240))
    mask.paste(Image.open(io.BytesIO(drawn.mask)), (200, 60))
    batch = retrieve(encode(photo), encode(mask))
    pose = batch.proposals[0].pose
    assert pose is not None
    index = load_index(LIBRARY_FOLDER)
    hull = index.hulls[index.keys.index(keys(batch)[0])].astype(np.float64)
    pixels = project((hull * pose.scale) @ np.array(pose.rotation) + pose.translation, 400, 240)
    rows, columns = np.nonzero(np.asarray(mask))
    wanted = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    assert np.abs(np.concatenate([pixels.min(0), pixels.max(0)]) - wanted).max() < 6


def test_proposals_are_different_assets_with_the_seeds_asked_for() -> None:
    batch = retrieve(grey(200, 150), square_mask(200, 150, (60, 40, 140, 110)), n=8, seed=500)
    assert len(set(keys(batch))) == 8
    assert [proposal.seed for proposal in batch.proposals] == list(range(500, 508))
    assert batch.checkpoint_sha256 is None


def test_the_same_seed_gives_the_same_and_another_breaks_ties_otherwise() -> None:
    ask = (grey(200, 150), square_mask(200, 150, (60, 40, 140, 110)))
    assert keys(retrieve(*ask, n=8, seed=3)) == keys(retrieve(*ask, n=8, seed=3))
    assert len({tuple(keys(retrieve(*ask, n=8, seed=seed))) for seed in range(6)}) > 1


def test_more_than_the_library_holds_gives_the_whole_library() -> None:
    batch = retrieve(grey(64, 64), square_mask(64, 64, (8, 8, 50, 60)), n=len(CATALOGUE) + 5)
    assert len(batch.proposals) == len(CATALOGUE)


@pytest.mark.parametrize("box", [(0, 0, 90, 70), (0, 0, 4, 4), (86, 66, 90, 70), (0, 30, 90, 32), (44, 0, 46, 70)])
def test_odd_masks_still_give_finite_poses(box: tuple[int, int, int, int]) -> None:
    for proposal in retrieve(grey(90, 70), square_mask(90, 70, box), n=8).proposals:
        assert proposal.pose is not None
        assert proposal.pose.translation[2] > 0


@pytest.mark.parametrize(
    ("photo", "mask", "reason"),
    [
        (grey(90, 70), square_mask(90, 70, (0, 0, 0, 0)), "fewer than 16 pixels"),
        (grey(90, 70), square_mask(70, 90, (0, 0, 50, 50)), "70x90 but the photo 90x70"),
        (grey(90, 70)[:60], square_mask(90, 70, (0, 0, 50, 50)), "cannot be read"),
        (grey(90, 70), b"", "cannot be read"),
        (grey(90, 70), b"GIF89a nonsense", "cannot be read"),
    ],
)
def test_unusable_input_is_refused_for_good(photo: bytes, mask: bytes, reason: str) -> None:
    with pytest.raises(GeneratorError, match=reason) as caught:
        retrieve(photo, mask)
    assert not caught.value.is_retryable


def test_a_missing_or_broken_library_is_named(tmp_path: Path) -> None:
    generator = RetrievalGenerator(library_folder=tmp_path)
    ask = {"photo": grey(90, 70), "mask": square_mask(90, 70, (0, 0, 50, 50)), "n": 1, "seed": 0, "steps": 1}
    for content in (None, b"PK nothing", b""):
        if content is not None:
            (tmp_path / "index.npz").write_bytes(content)
        with pytest.raises(GeneratorError, match="library cannot be read"):
            generator.propose(**ask, guidance=0.0)  # type: ignore[arg-type]


def test_the_shipped_library_is_whole_light_and_free() -> None:
    assert {row["key"] for row in CATALOGUE} == {
        *SHIPPED_ASSETS,
        *(f"{name}-{seed}" for name, seed in SHIPPED_PROCEDURAL),
    }
    assert load_index(LIBRARY_FOLDER).keys == tuple(row["key"] for row in CATALOGUE)
    for row in CATALOGUE:
        content = (LIBRARY_FOLDER / f"{row['key']}.glb").read_bytes()
        assert sha256(content).hexdigest() == row["glb_sha256"]
        assert len(content) < 150_000
        assert row["licence"] == "CC0-1.0"
        assert row["author"]
        assert (LIBRARY_FOLDER / f"{row['key']}.png").exists()
    assert sum(path.stat().st_size for path in LIBRARY_FOLDER.glob("*.glb")) < 8_000_000
