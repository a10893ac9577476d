"""Every phase in seconds on one core: for dry runs before an expensive machine is asked for, and for tests."""

import dataclasses

from networks.pipeline import NetworkConfig, debug_config
from trainers.recipes.debug import debug
from trainers.recipes.recipe import (
    MODALITY_WEIGHTS,
    SHAPE_AND_ROTATION,
    DataRecipe,
    FlowRecipe,
    MidtrainRecipe,
    OptimiserRecipe,
    PretrainRecipe,
    Recipe,
    VaeRecipe,
    ValidationRecipe,
    WarmupRecipe,
)


def smoke_network() -> NetworkConfig:
    """Return the smallest network that has every part, the pointmap's included."""
    return dataclasses.replace(
        debug_config(),
        name="smoke",
        image_size=32,
        encoder_width=32,
        encoder_layers=1,
        width=32,
        layers=1,
        heads=2,
        grid=16,
        latent_grid=8,
        token_patch=2,
        vae_channels=(4, 8),
        has_pointmap=True,
    )


def smoke() -> Recipe:
    """Return the recipe; what it trains is good for nothing."""
    optimiser = OptimiserRecipe(rate=2e-3, warmup=2, ema=0.9, matrix_rate=2e-3)
    data = DataRecipe(n_shapes=8, views_a_shape=2, render_size=32)
    flow = FlowRecipe(steps=8, batch=4, optimiser=optimiser, weights=dict(MODALITY_WEIGHTS), points_dropout=0.5)
    validation = ValidationRecipe(every=4, objects=2, steps=2)
    return Recipe(
        name="smoke",
        pretrain=PretrainRecipe(
            network=smoke_network(),
            data=data,
            vae=VaeRecipe(steps=6, batch=4, optimiser=optimiser, kl_weight=1e-3, occupied_weight=2.0),
            warmup=WarmupRecipe(steps=4, batch=4, optimiser=optimiser),
            flow=flow,
            validation=validation,
            save_every=2,
            report_every=1,
        ),
        midtrain=MidtrainRecipe(
            data=data,
            isolated_share=0.25,
            shape_first=dataclasses.replace(flow, steps=4, weights=dict(SHAPE_AND_ROTATION)),
            all_modalities=dataclasses.replace(flow, steps=6),
            validation=validation,
            save_every=2,
            report_every=1,
        ),
        sft=debug().sft,
        dpo=debug().dpo,
        modality_weights=dict(MODALITY_WEIGHTS),
    )
