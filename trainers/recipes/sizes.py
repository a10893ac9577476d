"""Recipes for GPUs. The numbers that a run has not confirmed yet are starting points, and their docstrings say so."""

import dataclasses
from collections.abc import Mapping

from networks.config import NetworkConfig, full_config, nano_config, small_config, tiny_config
from trainers.recipes.recipe import (
    BALANCED_WEIGHTS,
    MODALITY_WEIGHTS,
    DataRecipe,
    DpoRecipe,
    FlowRecipe,
    MidtrainRecipe,
    OptimiserRecipe,
    PretrainRecipe,
    Recipe,
    SftRecipe,
    VaeRecipe,
    ValidationRecipe,
    WarmupRecipe,
)


def nano() -> Recipe:
    """Return the recipe of half an hour of one large GPU, in several starts."""
    recipe = _sized("nano", nano_config("efficientnet"), batch=512, rate=8e-4, steps=6_500, renewals=0)
    first = OptimiserRecipe(rate=1.5e-3, warmup=300, final_rate=0.05, ema=0.999, matrix_rate=4e-3)
    pretrain = dataclasses.replace(
        recipe.pretrain,
        warmup=WarmupRecipe(steps=1_500, batch=512, optimiser=dataclasses.replace(first, final_rate=0.1)),
        flow=dataclasses.replace(recipe.pretrain.flow, optimiser=first),
    )
    # Photos are what the network is for, and pasted views take far longer to learn than isolated ones.
    optimiser = OptimiserRecipe(rate=8e-4, warmup=200, final_rate=0.01, ema=0.999, matrix_rate=2e-3)
    stage = recipe.midtrain
    midtrain = dataclasses.replace(
        stage,
        data=dataclasses.replace(stage.data, n_shapes=24_000),
        isolated_share=0.4,
        shape_first=dataclasses.replace(stage.shape_first, steps=1_500, optimiser=optimiser),
        all_modalities=dataclasses.replace(stage.all_modalities, steps=10_000, optimiser=optimiser),
    )
    return dataclasses.replace(recipe, pretrain=pretrain, midtrain=midtrain)


def tiny() -> Recipe:
    """Return the recipe of an hour of one large GPU. A starting point."""
    return _sized("tiny", tiny_config(), batch=512, rate=4e-4, steps=60_000)


def small() -> Recipe:
    """Return the recipe of several GPUs. A starting point."""
    return _sized("small", small_config(), batch=512, rate=3e-4, steps=150_000)


def full() -> Recipe:
    """Return the published size with the published rate: for a cluster; nobody here has run it."""
    recipe = _sized("full", full_config(), batch=1_024, rate=1e-4, steps=500_000, weights=MODALITY_WEIGHTS)
    data = dataclasses.replace(recipe.pretrain.data, render_size=518, views_a_shape=24)
    return dataclasses.replace(recipe, pretrain=dataclasses.replace(recipe.pretrain, data=data))


def _sized(
    name: str,
    network: NetworkConfig,
    *,
    batch: int,
    rate: float,
    steps: int,
    renewals: int = 1,
    weights: Mapping[str, float] = BALANCED_WEIGHTS,
) -> Recipe:
    without_place = {**weights, "translation": 0.0, "scale": 0.0}
    data = DataRecipe(
        n_shapes=32_000, views_a_shape=4, render_size=224, renew_every=steps // (1 + renewals) if renewals else 0
    )
    optimiser = OptimiserRecipe(rate=rate, warmup=300, ema=0.999)
    # A short phase after the warm start of mid-training: it need not climb as far again.
    mid_optimiser = OptimiserRecipe(rate=rate / 2, warmup=200, ema=0.999)
    return Recipe(
        name=name,
        pretrain=PretrainRecipe(
            network=network,
            data=data,
            vae=VaeRecipe(
                steps=1_200,
                batch=64,
                optimiser=OptimiserRecipe(rate=1e-3, warmup=200, ema=0.995),
                kl_weight=1e-3,
                occupied_weight=2.0,
            ),
            warmup=WarmupRecipe(steps=1_000, batch=batch, optimiser=OptimiserRecipe(rate=rate, warmup=200)),
            flow=FlowRecipe(steps=steps, batch=batch, optimiser=optimiser, weights=without_place),
            validation=ValidationRecipe(every=2_000),
            save_every=2_000,
        ),
        midtrain=MidtrainRecipe(
            data=data,
            isolated_share=0.25,
            shape_first=FlowRecipe(
                steps=steps // 5, batch=batch, optimiser=mid_optimiser, weights=without_place,
                points_dropout=0.5,
            ),
            all_modalities=FlowRecipe(
                steps=steps // 5, batch=batch, optimiser=mid_optimiser, weights=dict(weights),
                points_dropout=0.5,
            ),
            validation=ValidationRecipe(every=2_000),
            save_every=2_000,
        ),
        sft=SftRecipe(
            steps=1_000,
            batch=64,
            optimiser=OptimiserRecipe(rate=1e-5, warmup=50, ema=0.999),
            condition_dropout=0.1,
            modality_dropout=0.1,
            save_every=200,
        ),
        dpo=DpoRecipe(
            steps=500,
            batch=32,
            optimiser=OptimiserRecipe(rate=2.5e-6, warmup=50, ema=0.999, weight_decay=0.0),
            beta=2000.0,
            anchor=0.1,
            save_every=100,
        ),
        modality_weights=dict(weights),
    )  # fmt: skip
