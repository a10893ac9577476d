"""What a recipe says, stage by stage. Every number of a run is here or in the run's ``run.json``."""

from dataclasses import dataclass

from networks.pipeline import NetworkConfig


@dataclass(frozen=True)
class OptimiserRecipe:
    """AdamW with linear warm-up (steps) and cosine decay to ``final_rate`` * rate, clipping and an EMA."""

    rate: float
    warmup: int
    final_rate: float = 0.1
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.99)
    clip: float = 1.0
    ema: float = 0.999


@dataclass(frozen=True)
class PretrainRecipe:
    """First the VAE, then the geometry network, on procedural shapes drawn from seeds below the held-out ones."""

    network: NetworkConfig
    n_shapes: int
    views_a_shape: int
    render_size: int
    vae_steps: int
    vae_batch: int
    vae_optimiser: OptimiserRecipe
    kl_weight: float
    occupied_weight: float
    steps: int
    batch: int
    optimiser: OptimiserRecipe
    condition_dropout: float
    modality_dropout: float
    save_every: int


@dataclass(frozen=True)
class SftRecipe:
    """Supervised fine-tuning on accepted shapes; a sample's layout counts where it has a pose."""

    steps: int
    batch: int
    optimiser: OptimiserRecipe
    condition_dropout: float
    modality_dropout: float
    save_every: int


@dataclass(frozen=True)
class DpoRecipe:
    """Preference optimisation of the shape; ``beta`` for mean-reduced errors, ``anchor`` weighs the winner's error."""

    steps: int
    batch: int
    optimiser: OptimiserRecipe
    beta: float
    anchor: float
    save_every: int


@dataclass(frozen=True)
class Recipe:
    """One recipe for all stages. ``modality_weights`` are the flow-matching loss's."""

    name: str
    pretrain: PretrainRecipe
    sft: SftRecipe
    dpo: DpoRecipe
    modality_weights: dict[str, float]


MODALITY_WEIGHTS = {"shape": 1.0, "rotation": 0.1, "translation": 1.0, "scale": 0.1}
"""As published for the model that this one follows."""
