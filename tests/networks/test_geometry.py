import pytest
import torch
from torch import Tensor

from networks.pipeline import Latents, Networks, build_networks, debug_config, nano_config
from networks.positions import grid_positions, time_features


def point_and_condition(networks: Networks, batch: int = 2) -> tuple[Latents, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    point = Latents(torch.randn(batch, 8, 8, 8, 8, generator=generator), torch.randn(batch, 12, generator=generator))
    return point, torch.rand(batch, generator=generator), torch.randn(batch, 10, 64, generator=generator)


def test_a_layout_loss_moves_no_shape_weight(networks: Networks) -> None:
    transformer = networks.geometry.transformer
    point, t_B, cond = point_and_condition(networks)
    _, layout_v = transformer(*point, t_B, transformer.prepare(cond))
    layout_v.square().sum().backward()
    shape_only = {
        name: p for name, p in transformer.named_parameters() if ".shape." in name or name.startswith("shape_")
    }
    layout_only = {name: p for name, p in transformer.named_parameters() if "layout" in name}
    assert len(shape_only) > 20
    assert all(p.grad is None or not p.grad.any() for p in shape_only.values())
    assert all(p.grad is not None and p.grad.any() for name, p in layout_only.items() if "cross_key_norm" not in name)
    assert transformer.blocks[0].modulation.weight.grad.any()  # type: ignore[union-attr, operator]


def test_a_layout_token_never_changes_the_shape_but_the_shape_changes_the_layout(networks: Networks) -> None:
    transformer = networks.geometry.transformer
    (shape, layout), t_B, cond = point_and_condition(networks)
    keys = transformer.prepare(cond)
    shape_v, layout_v = transformer(shape, layout, t_B, keys)
    assert torch.equal(transformer(shape, layout + 1, t_B, keys)[0], shape_v)
    assert torch.equal(transformer(shape, None, t_B, keys)[0], shape_v)
    assert not torch.allclose(transformer(shape + 1, layout, t_B, keys)[1], layout_v)


def test_both_streams_look_at_the_condition_and_the_clock(networks: Networks) -> None:
    transformer = networks.geometry.transformer
    point, t_B, cond = point_and_condition(networks)
    before = transformer(*point, t_B, transformer.prepare(cond))
    for after in (
        transformer(*point, t_B, transformer.prepare(cond + 1)),
        transformer(*point, 1 - t_B, transformer.prepare(cond)),
    ):
        assert not torch.allclose(after[0], before[0])
        assert not torch.allclose(after[1], before[1])


def test_a_fresh_network_predicts_no_motion() -> None:
    networks = build_networks(debug_config())
    transformer = networks.geometry.transformer
    point, t_B, cond = point_and_condition(networks)
    shape_v, layout_v = transformer(*point, t_B, transformer.prepare(cond))
    assert not shape_v.any()
    assert not layout_v.any()


@pytest.mark.parametrize("patch", [1, 2, 4])
def test_tokens_and_grid_are_each_other_s_inverse(patch: int) -> None:
    import dataclasses

    config = dataclasses.replace(debug_config(), token_patch=patch)
    transformer = build_networks(config).geometry.transformer
    grid = torch.randn(2, 8, 8, 8, 8)
    tokens = transformer._to_tokens(grid)
    assert tokens.shape == (2, config.n_shape_tokens, 8 * patch**3)
    assert torch.equal(transformer._to_grid(tokens), grid)
    # Token 1 is the next patch along z, which runs fastest in the position table too.
    assert torch.equal(tokens[:, 1].reshape(2, 8, patch, patch, patch), grid[:, :, :patch, :patch, patch : 2 * patch])


def test_positions_tell_the_axes_apart() -> None:
    table = grid_positions(4, 60).reshape(4, 4, 4, 60)
    assert torch.equal(table[1, 2, 3, :20], table[1, 0, 0, :20])
    assert torch.equal(table[1, 2, 3, 20:40], table[0, 2, 0, 20:40])
    assert len(torch.unique(table.reshape(64, 60), dim=0)) == 64


def test_time_features_are_those_of_a_thousand_t() -> None:
    features = time_features(torch.tensor([0.0, 0.001]))
    assert features.shape == (2, 256)
    assert features[0].tolist() == [1.0] * 128 + [0.0] * 128
    torch.testing.assert_close(
        features[1, [0, 128]], torch.tensor([1.0, 1.0]).cos() * torch.tensor([1.0, 0]) + torch.tensor([0, 0.841471])
    )


def test_nano_has_the_size_that_was_planned() -> None:
    with torch.device("meta"):
        networks = build_networks(nano_config())
    millions = sum(p.numel() for p in networks.geometry.transformer.parameters()) / 1e6
    assert 20 < millions < 32
    assert sum(p.numel() for p in networks.vae.parameters()) < 3e6
