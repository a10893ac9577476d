"""What a recipe says, stage by stage. Every number of a run is here or in the run's ``run.json``."""

from dataclasses import dataclass, replace
from typing import Self

from networks.pipeline import NetworkConfig


@dataclass(frozen=True)
class OptimiserRecipe:
    """AdamW with linear warm-up (steps) and cosine decay to ``final_rate`` * rate, clipping and an EMA.

    With ``matrix_rate`` the matrices of repeating blocks are moved by Muon at that rate, warmed up and decayed alike.
    """

    rate: float
    warmup: int
    final_rate: float = 0.1
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.99)
    clip: float = 1.0
    ema: float = 0.999
    matrix_rate: float | None = None

    def at_rate(self, factor: float) -> Self:
        """Return the same recipe with its learning rates multiplied by ``factor``."""
        matrix_rate = None if self.matrix_rate is None else self.matrix_rate * factor
        return replace(self, rate=self.rate * factor, matrix_rate=matrix_rate)


@dataclass(frozen=True)
class DataRecipe:
    """Training views: ``asset_share`` of the shapes are real assets when a pack of them is given, the rest is grown.

    After ``renew_every`` steps of a flow phase all views are made anew from other seeds; 0 keeps the first ones.
    """

    n_shapes: int
    views_a_shape: int
    render_size: int
    asset_share: float = 0.5
    renew_every: int = 0


@dataclass(frozen=True)
class VaeRecipe:
    """The occupancy autoencoder; ``occupied_weight`` is how much more an occupied voxel counts."""

    steps: int
    batch: int
    optimiser: OptimiserRecipe
    kl_weight: float
    occupied_weight: float


@dataclass(frozen=True)
class WarmupRecipe:
    """The encoders learn to tell coarse occupancy from the picture, without noise, before the flow needs them."""

    steps: int
    batch: int
    optimiser: OptimiserRecipe
    occupied_weight: float = 2.0


@dataclass(frozen=True)
class FlowRecipe:
    """A phase of flow matching. ``weights`` are the modalities'; t = sigmoid(N(time_mean, time_std)).

    ``points_dropout`` is how often a pointmap is left out, beyond ``modality_dropout`` of the full image.
    """

    steps: int
    batch: int
    optimiser: OptimiserRecipe
    weights: dict[str, float]
    condition_dropout: float = 0.1
    modality_dropout: float = 0.1
    points_dropout: float = 0.1
    time_mean: float = -1.0
    time_std: float = 1.0


@dataclass(frozen=True)
class ValidationRecipe:
    """One sample each of ``objects`` held-out objects, every ``every`` steps; the best average is kept."""

    every: int
    objects: int = 64
    steps: int = 25
    guidance: float = 3.0


@dataclass(frozen=True)
class PretrainRecipe:
    """First the VAE, then (optionally) the encoders, then the geometry network, on isolated shapes."""

    network: NetworkConfig
    data: DataRecipe
    vae: VaeRecipe
    warmup: WarmupRecipe | None
    flow: FlowRecipe
    validation: ValidationRecipe
    save_every: int
    report_every: int = 100


@dataclass(frozen=True)
class MidtrainRecipe:
    """Pasted views, ``isolated_share`` of each batch being isolated ones: first shape and rotation, then all."""

    data: DataRecipe
    isolated_share: float
    shape_first: FlowRecipe
    all_modalities: FlowRecipe
    validation: ValidationRecipe
    save_every: int
    report_every: int = 100


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
    """One recipe for all stages. ``modality_weights`` are those of supervised fine-tuning."""

    name: str
    pretrain: PretrainRecipe
    midtrain: MidtrainRecipe
    sft: SftRecipe
    dpo: DpoRecipe
    modality_weights: dict[str, float]


MODALITY_WEIGHTS = {"shape": 1.0, "rotation": 0.1, "translation": 1.0, "scale": 0.1}
"""As published for the model that this one follows."""
BALANCED_WEIGHTS = {"shape": 1.0, "rotation": 0.005, "translation": 0.04, "scale": 0.01}
"""For encoders that learn with the flow: no modality then pulls at the conditioner harder than the shape does.

With the published weights a mid-trained nano network was pulled by rotation 10 times and by translation 23 times as
hard as by the shape (docs/benchmarks/geometry.md). What only the layout uses learns as fast as before: AdamW's steps do
not depend on a factor that all of a parameter's gradients share.
"""
SHAPE_AND_ROTATION = {**MODALITY_WEIGHTS, "translation": 0.0, "scale": 0.0}
"""What the published pre-training and the first half of mid-training supervise."""
