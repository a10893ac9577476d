"""Half an hour of one large GPU. Written as a starting point: this recipe has not been run to its end yet."""

from networks.pipeline import nano_config
from trainers.recipes.recipe import (
    MODALITY_WEIGHTS,
    DpoRecipe,
    OptimiserRecipe,
    PretrainRecipe,
    Recipe,
    SftRecipe,
)


def nano() -> Recipe:
    """Return the nano recipe."""
    return Recipe(
        name="nano",
        pretrain=PretrainRecipe(
            network=nano_config(),
            n_shapes=60_000,
            views_a_shape=4,
            render_size=224,
            vae_steps=6_000,
            vae_batch=64,
            vae_optimiser=OptimiserRecipe(rate=1e-3, warmup=200, ema=0.999),
            kl_weight=1e-3,
            occupied_weight=2.0,
            steps=40_000,
            batch=256,
            optimiser=OptimiserRecipe(rate=3e-4, warmup=1_000, ema=0.9995),
            condition_dropout=0.1,
            modality_dropout=0.1,
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
        modality_weights=dict(MODALITY_WEIGHTS),
    )
