from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from networks import weights
from networks.frames import LayoutStatistics
from networks.pipeline import (
    GeometryPipeline,
    NetworkConfig,
    Networks,
    WeightsError,
    debug_config,
    load_networks,
    nano_config,
    save_networks,
)


@pytest.mark.parametrize("config", [debug_config(), nano_config()])
def test_a_configuration_survives_json(config: NetworkConfig) -> None:
    import json

    assert NetworkConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 65}, "multiple of heads"),
        ({"width": "64"}, "integer"),
        ({"width": True}, "integer"),
        ({"layers": 0}, "integer"),
        ({"grid": 64}, "halves"),
        ({"vae_channels": "abc"}, "list"),
        ({"format": 2}, "format 2"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_configuration_that_cannot_be_built_says_why(change: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        NetworkConfig.from_dict({**debug_config().to_dict(), **change})


def test_weights_and_statistics_survive_the_disk(networks: Networks, tmp_path: Path) -> None:
    ones = torch.ones
    networks.geometry.set_layout_statistics(LayoutStatistics(ones(3), ones(1) * 2, ones(6) * 3, ones(6) * 4))
    networks.geometry.set_latent_statistics(ones(8) * 5, ones(8) * 6)
    loaded = load_networks(networks.config.to_dict(), save_networks(networks, tmp_path), "cpu")
    before, after = weights.state_of(networks), weights.state_of(loaded)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert loaded.geometry.layout_statistics.unit_1.tolist() == [2]
    assert loaded.geometry.latent_std_C.tolist() == [6] * 8
    assert not any(p.requires_grad for p in loaded.geometry.parameters())


def test_shards_stay_within_their_limit(networks: Networks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SHARD_BYTES", 400_000)
    paths = save_networks(networks, tmp_path)
    assert len(paths) > 5
    headers = 20_000
    assert all(path.stat().st_size < 400_000 + headers for path in paths)
    load_networks(networks.config, reversed(paths), "cpu")


def test_files_that_do_not_fit_are_named(networks: Networks, tmp_path: Path) -> None:
    (path,) = save_networks(networks, tmp_path)
    state = load_file(path)
    name = "geometry.transformer.shape_in.bias"

    def refused(changed: dict[str, torch.Tensor], words: str) -> None:
        save_file(changed, path)
        with pytest.raises(WeightsError, match=words):
            load_networks(networks.config, [path], "cpu")

    refused({key: value for key, value in state.items() if key != name}, f"lack {name}")
    refused({**state, "vae.extra": torch.zeros(1)}, "no place for vae.extra")
    refused({**state, name: torch.zeros(65)}, r"\(65,\) in the files, \(64,\)")
    refused({**state, name: torch.full((64,), torch.nan)}, "finite")
    path.write_bytes(b"\x80\x04pickle")
    with pytest.raises(WeightsError, match="safetensors"):
        load_networks(networks.config, [path], "cpu")
    with pytest.raises(WeightsError, match="cannot be read"):
        load_networks(networks.config, [tmp_path / "gone.safetensors"], "cpu")


def test_a_shard_given_twice_is_refused(networks: Networks, tmp_path: Path) -> None:
    (path,) = save_networks(networks, tmp_path)
    with pytest.raises(WeightsError, match="repeats"):
        load_networks(networks.config, [path, path], "cpu")


def test_the_latent_is_standardised_by_its_channels(networks: Networks) -> None:
    networks.geometry.set_latent_statistics(torch.arange(8.0), torch.arange(8.0) + 1)
    latent = torch.randn(2, 8, 8, 8, 8)
    standard = networks.geometry.standardise_shape(latent)
    assert torch.allclose(standard[:, 3], (latent[:, 3] - 3) / 4)
    torch.testing.assert_close(networks.geometry.restore_shape(standard), latent)


def test_the_vae_goes_from_grid_to_latent_to_grid(networks: Networks) -> None:
    occupancy = (torch.rand(2, 1, 32, 32, 32) > 0.5).float()
    logits, mean, log_variance = networks.vae(occupancy, torch.Generator().manual_seed(0))
    assert logits.shape == (2, 1, 32, 32, 32)
    assert mean.shape == log_variance.shape == (2, 8, 8, 8, 8)
    again, _, _ = networks.vae(occupancy, torch.Generator().manual_seed(0))
    other, _, _ = networks.vae(occupancy, torch.Generator().manual_seed(1))
    assert torch.equal(logits, again)
    assert not torch.equal(logits, other)
    assert networks.decode_shape(networks.encode_shape(occupancy)).shape == (2, 32, 32, 32)


def photo_and_mask() -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    photo = np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    mask = np.zeros((50, 70), dtype=bool)
    mask[10:40, 20:60] = True
    return photo, mask


def test_a_seed_gives_the_same_shape_whatever_the_batch(networks: Networks) -> None:
    pipeline = GeometryPipeline(networks.evaluating(), most_at_once=2)
    both = [pipeline.generate(*photo_and_mask(), seeds, steps=3, guidance=2.0) for seeds in ([1, 2, 3], [3])]
    one, two = both[0][2], both[1][0]
    assert len(both[0]) == 3
    assert one is not None
    assert two is not None
    assert one.seed == two.seed == 3
    # Batches of another size may round differently; a voxel on the border may fall to the other side.
    assert (one.occupancy_XYZ != two.occupancy_XYZ).mean() < 1e-3
    assert one.rotation_33 == pytest.approx(two.rotation_33, abs=1e-3)
    assert one.seconds > 0
    assert one.to_glb()[:4] == b"glTF"


def test_an_empty_shape_is_none_and_the_others_remain(networks: Networks) -> None:
    pipeline = GeometryPipeline(networks.evaluating())
    torch.nn.init.constant_(networks.vae.decoder[-1].bias, -100)  # type: ignore[union-attr, arg-type]
    assert pipeline.generate(*photo_and_mask(), [1, 2], steps=1, guidance=0) == [None, None]
    assert pipeline.generate(*photo_and_mask(), [], steps=1, guidance=0) == []


def test_an_empty_mask_is_an_error(networks: Networks) -> None:
    photo, mask = photo_and_mask()
    with pytest.raises(ValueError, match="empty"):
        GeometryPipeline(networks).generate(photo, mask & False, [1], steps=1, guidance=0)
