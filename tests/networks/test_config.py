import dataclasses
import json
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from networks.config import Encoder, NetworkConfig, config_named, debug_config, full_config, nano_config
from networks.network import build_networks
from networks.weights import load_networks, state_of

SHIPPED = Path(__file__).parents[2] / "engine/demo/seed/checkpoint"


def millions(config: NetworkConfig) -> dict[str, float]:
    with torch.device("meta"):
        networks = build_networks(config)
    parts = {
        "transformer": networks.geometry.transformer.state_dict(),
        "conditioner": networks.geometry.conditioner.state_dict(),
        "rgb_encoder": networks.geometry.conditioner.rgb_encoder.state_dict(),
        "all": state_of(networks),
    }
    return {name: sum(value.numel() for value in state.values()) / 1e6 for name, state in parts.items()}


def test_full_has_the_published_model_s_size() -> None:
    config = full_config()
    assert (config.layers, config.width, config.heads, config.n_shape_tokens) == (24, 1024, 16, 4096)
    assert config.n_condition_tokens == 4 * 1370 + 2 * 1024
    counts = millions(config)
    assert counts["transformer"] == pytest.approx(958.56, abs=0.01)
    # A ViT-L/14 with registers has 304 million parameters.
    assert counts["rgb_encoder"] == pytest.approx(304.37, abs=0.01)
    # The publication says 1.2 billion; see the size's docstring.
    assert counts["transformer"] + counts["rgb_encoder"] == pytest.approx(1262.93, abs=0.01)
    assert counts["all"] == pytest.approx(1629.59, abs=0.01)


@pytest.mark.parametrize("encoder", ["vit", "efficientnet"])
def test_nano_fits_into_the_repository_in_half_precision(encoder: Encoder) -> None:
    config = config_named("nano", encoder)
    assert millions(config)["all"] * 2 < 57.5
    assert config.width // config.heads == 64


@pytest.mark.parametrize("name", ["debug", "nano", "tiny", "small", "full"])
def test_a_size_counts_its_condition_tokens_as_the_conditioner_makes_them(name: str) -> None:
    from networks.crops import ConditionStreams

    encoders: list[Encoder] = ["vit"] if name in ("debug", "full") else ["vit", "efficientnet"]
    for encoder in encoders:
        config = config_named(name, encoder)
        assert config.name == name
        with torch.device("meta"):
            networks = build_networks(config)
            side = config.image_size
            rgb, mask = torch.zeros(2, 3, side, side), torch.zeros(2, 1, side, side)
            tokens = networks.encode_condition(ConditionStreams(rgb, mask, rgb, mask))
        assert tokens.shape == (2, config.n_condition_tokens, config.width)


def test_sizes_grow() -> None:
    counts = [millions(config_named(name))["all"] for name in ("debug", "nano", "tiny", "small", "full")]
    assert all(larger > 2 * smaller for smaller, larger in pairwise(counts))


def test_an_unknown_size_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="debug, full, nano, small, tiny"):
        config_named("huge")
    with pytest.raises(ValueError, match="encoder vit only"):
        config_named("full", "efficientnet")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"encoder": "resnet"}, "vit, efficientnet"),
        ({"encoder": 3}, "short text"),
        ({"encoder": "efficientnet", "image_size": 168, "patch_size": 8}, "patch_size 16"),
        ({"encoder": "efficientnet", "image_size": 176}, "multiple of 32"),
        ({"points_size": 60}, "points_size"),
        ({"vae_stem": 4}, "halves"),
        ({"mask_layers": -1}, "integer"),
        ({"patch_size": 20}, "power of two"),
    ],
)
def test_encoder_settings_that_cannot_be_built_say_why(change: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        NetworkConfig.from_dict({**nano_config().to_dict(), **change})


def test_a_card_of_before_the_encoder_choice_means_what_it_meant() -> None:
    values = debug_config().to_dict()
    for name in ("encoder", "mask_layers", "points_size", "points_width", "vae_stem", "has_conv_stem"):
        del values[name]
    assert NetworkConfig.from_dict(values) == debug_config()


def test_the_checkpoint_that_ships_with_the_demo_loads() -> None:
    card = json.loads((SHIPPED / "card.json").read_text())
    networks = load_networks(card["network"], [SHIPPED / file["name"] for file in card["files"]], "cpu")
    assert networks.config.to_dict().items() >= card["network"].items()
    occupancy = torch.zeros(1, 1, *[networks.config.grid] * 3)
    quarter = networks.config.grid // 4
    occupancy[..., quarter:-quarter, quarter:-quarter, quarter:-quarter] = 1
    again = networks.decode_shape(networks.encode_shape(occupancy)) > 0
    agreement = (again == (occupancy[:, 0] > 0)).float().mean()
    assert float(agreement) > 0.98


def test_a_pointmap_setting_is_free_when_there_is_no_pointmap() -> None:
    assert dataclasses.replace(debug_config(), points_size=7).n_condition_tokens == debug_config().n_condition_tokens
