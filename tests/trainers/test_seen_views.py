"""A frozen encoder looks at each training view once, and training sees no difference."""

import dataclasses

import pytest
import torch

from networks.config import Encoder
from networks.pipeline import Networks, build_networks
from tests.networks.test_encoders import small
from trainers import seen_views
from trainers.data.shapes import grow_shapes
from trainers.data.views import ViewSet, make_views
from trainers.seen_views import SeenViews


def networks_of(encoder: Encoder) -> Networks:
    torch.manual_seed(0)
    networks = build_networks(dataclasses.replace(small(encoder, has_pointmap=False), grid=32, latent_grid=8))
    for buffer in networks.geometry.conditioner.rgb_encoder.buffers():
        if buffer.dim() == 4 and not buffer.any():
            buffer.normal_(std=buffer[0].numel() ** -0.5)
    return networks


def views_of(networks: Networks) -> ViewSet:
    config = networks.config
    shapes = grow_shapes(families=["mug", "chair"], n=2, seed=0, grid=config.grid, processes=1)
    return make_views(
        shapes, views_a_shape=2, grid=config.grid, image_size=config.image_size, render_size=48, seed=0,
        device=torch.device("cpu"), say=lambda _: None,
    )  # fmt: skip


@torch.no_grad()
def test_the_condition_is_that_of_the_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    networks = networks_of("efficientnet")
    views, index = views_of(networks), torch.tensor([3, 0, 2])
    monkeypatch.setattr(seen_views, "VIEWS_AT_ONCE", 3)
    streams = SeenViews(networks, views).streams(index)
    assert streams.crop_seen_BLC is not None
    blind = dataclasses.replace(
        streams,
        crop_rgb_B3HW=torch.zeros_like(streams.crop_rgb_B3HW),
        full_rgb_B3HW=torch.zeros_like(streams.full_rgb_B3HW),
    )
    conditioner = networks.geometry.conditioner.eval()
    torch.testing.assert_close(conditioner(blind), conditioner(views.streams(index)), rtol=1e-3, atol=1e-4)


def test_an_encoder_that_learns_is_shown_the_pictures_at_every_step() -> None:
    networks = networks_of("vit")
    views = views_of(networks)
    assert SeenViews(networks, views).streams(torch.tensor([0])).crop_seen_BLC is None


def test_a_set_too_large_to_keep_is_looked_at_in_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    networks = networks_of("efficientnet")
    monkeypatch.setattr(seen_views, "MOST_BYTES_OF_CPU", 1_000)
    assert SeenViews(networks, views_of(networks)).streams(torch.tensor([0])).crop_seen_BLC is None
