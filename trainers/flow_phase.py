"""The geometry network learns the flow, on whatever samples it is given: what pre- and mid-training share."""

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor

from networks import frames
from networks.pipeline import Networks
from trainers.data.samples import Samples
from trainers.learner import Learner, Parts
from trainers.phase import Micro, Phase, Workplace, learn
from trainers.precision import lowered
from trainers.pulls import conditioner_pulls
from trainers.recipes.recipe import FlowRecipe
from trainers.seen_views import SeenViews
from trainers.training_data import ViewSource, encode_latents
from trainers.velocity import velocity_loss

PULL_SAMPLES = 64
"""So few that measuring them costs nothing, so many that the modalities' order does not hang on the draw."""


class FlowData(Protocol):
    """Gives each micro-batch its samples."""

    def batch(self, micro: Micro) -> Samples:
        """Return the samples of ``micro``."""
        ...


class ViewData:
    """Samples of rendered views: images, the latents of their shapes, and layouts by the network's constants."""

    def __init__(self, networks: Networks, source: ViewSource, shares: int, *, is_disturbed: bool = False) -> None:
        """``is_disturbed`` says whether pointmaps get errors, other ones at every step."""
        self._networks, self._source, self._shares = networks, source, shares
        self._is_disturbed = is_disturbed
        self._views: SeenViews | None = None
        self._latents: Tensor | None = None

    def batch(self, micro: Micro) -> Samples:
        """Return the samples of ``micro``."""
        seen = self._source.seen_at(micro.step, self._networks)
        if seen is not self._views or self._latents is None:
            self._views, self._latents = seen, encode_latents(self._networks, seen.views)
        views = seen.views
        index = micro.indices(len(views), self._shares).to(views.images_N8HW.device)
        disturb = self._generator(micro) if self._is_disturbed else None
        return view_samples(self._networks, seen, self._latents, index, disturb)

    def _generator(self, micro: Micro) -> torch.Generator:
        # On the device: errors of depth are pictures, too many numbers to be drawn on the CPU.
        seed = int(torch.randint(2**62, (1,), generator=micro.draw(purpose=1)))
        return torch.Generator(self._networks.geometry.latent_mean_C.device).manual_seed(seed)


def view_samples(
    networks: Networks, seen: SeenViews, latents_SCXYZ: Tensor, index_B: Tensor, disturb: torch.Generator | None = None
) -> Samples:
    """Return the samples of ``index_B``, on the device of the views; ``disturb`` draws errors of their depth."""
    views = seen.views
    poses = frames.PoseTensors(*(part[index_B] for part in views.poses))
    return Samples(
        streams=seen.streams(index_B, disturb),
        shapes_NCXYZ=latents_SCXYZ[index_B // views.views_a_shape],
        layouts_NK=frames.encode_layout(poses, networks.geometry.layout_statistics),
        has_pose_N=torch.ones(len(index_B), dtype=torch.bool, device=index_B.device),
        poses=poses,
    )


def train_flow(
    place: Workplace,
    phase: Phase,
    networks: Networks,
    data: FlowData,
    recipe: FlowRecipe,
    *,
    after_step: Callable[[int, Learner], None] | None = None,
) -> None:
    """Train ``networks.geometry`` and leave the average in it."""
    statistics = networks.geometry.layout_statistics if networks.config.has_pointmap else None

    def loss(forward: Callable[..., Any], micro: Micro) -> Parts:
        batch = data.batch(micro)
        with lowered(place.world.device, place.settings.is_lowered):
            flow = velocity_loss(
                forward,
                batch,
                weights=recipe.weights,
                condition_dropout=recipe.condition_dropout,
                modality_dropout=recipe.modality_dropout,
                points_dropout=recipe.points_dropout,
                time_mean=recipe.time_mean,
                time_std=recipe.time_std,
                statistics=statistics,
                draw=micro.draw(),
            )
        return {"total": flow.total, **{f"loss_{name}": part for name, part in flow.parts.items()}}

    learn(place, phase, networks.geometry, loss, after_step=after_step)
    networks.geometry.eval()


def pulls_of(
    place: Workplace, phase: Phase, networks: Networks, data: FlowData, recipe: FlowRecipe
) -> Callable[[int], dict[str, float]]:
    """Return what measures, at a step, how hard each modality pulls at the conditioner of ``networks``: for the log."""
    statistics = networks.geometry.layout_statistics if networks.config.has_pointmap else None

    def measure(step: int) -> dict[str, float]:
        batch = data.batch(Micro(phase.seed, step, 0, place.world.size, min(PULL_SAMPLES, phase.batch)))
        with lowered(place.world.device, place.settings.is_lowered):
            pulls = conditioner_pulls(networks.geometry, batch, recipe.weights, statistics=statistics, seed=phase.seed)
        return {f"pull_{name}": pull for name, pull in pulls.items()}

    return measure
