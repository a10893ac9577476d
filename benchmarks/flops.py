"""Floating-point operations of the geometry transformer, by its formulas; a multiply and an add are two.

Only matrix products count (projections, attention, MLPs), as is usual: the rest is memory traffic. ``benchmarks``'
times over these numbers are TFLOP/s. The formulas are held against torch's own counter in a test.

d: width; N: shape tokens; L: condition tokens.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from networks.config import NetworkConfig
from networks.frames import LAYOUT_NUMBERS

LAYOUT_TOKENS = 3
_TIME_FEATURES = 256


@dataclass(frozen=True, kw_only=True)
class SamplingWork:
    """What one sampling does: rows are objects times seeds."""

    objects: int
    seeds: int
    evaluations: int
    """Steps, those with guidance included."""
    guided: int
    """Steps that also run the unconditional branch."""

    @property
    def rows(self) -> int:
        """Samples."""
        return self.objects * self.seeds


def forward_flops(config: NetworkConfig, rows: int, *, blind_rows: int = 0) -> int:
    """Return one evaluation's work when condition keys and modulation are there; ``blind_rows`` see no condition."""
    total = rows + blind_rows
    patch_numbers = config.latent_channels * config.token_patch**3
    ends = 2 * 2 * config.width * (config.n_shape_tokens * patch_numbers + LAYOUT_NUMBERS)
    streams = 0
    for tokens, self_keys in (
        (config.n_shape_tokens, config.n_shape_tokens),
        (LAYOUT_TOKENS, LAYOUT_TOKENS + config.n_shape_tokens),
    ):
        streams += total * _within(config.width, tokens, self_keys)
        streams += rows * _across(config.width, tokens, config.n_condition_tokens)
    return config.layers * streams + total * ends


def _within(width: int, tokens: int, keys: int) -> int:
    """Self-attention with its projections (8 d^2 a token, 4 d a pair) and the MLP (16 d^2 a token)."""
    return 24 * tokens * width**2 + 4 * tokens * keys * width


def _across(width: int, tokens: int, keys: int) -> int:
    """Cross-attention with the projections of its queries and its answer; the keys are not included."""
    return 4 * tokens * width**2 + 4 * tokens * keys * width


def key_flops(config: NetworkConfig, objects: int) -> int:
    """Return the work of making both streams' condition keys and values of all blocks."""
    return objects * config.layers * 2 * 4 * config.n_condition_tokens * config.width**2


def modulation_flops(config: NetworkConfig, times: int) -> int:
    """Return the work of embedding ``times`` times and making each block's modulation of them."""
    return times * 2 * (_TIME_FEATURES * config.width + config.width**2 + config.layers * 6 * config.width**2)


def plain_forward_flops(config: NetworkConfig, rows: int) -> int:
    """Return the work of one evaluation that makes its own keys and modulation, as training does."""
    return forward_flops(config, rows) + key_flops(config, rows) + modulation_flops(config, rows)


def training_flops(config: NetworkConfig, rows: int) -> int:
    """Return the work of a training step of the transformer: the backward pass is two forward passes.

    Encoders and checkpointed activations are not included.
    """
    return 3 * plain_forward_flops(config, rows)


def sampling_flops(config: NetworkConfig, work: SamplingWork) -> int:
    """Return what ``networks.sampling`` does for ``work``."""
    blind = forward_flops(config, work.rows, blind_rows=work.rows) - forward_flops(config, work.rows)
    flops = work.evaluations * forward_flops(config, work.rows) + work.guided * blind
    return flops + key_flops(config, work.objects) + modulation_flops(config, work.evaluations)


def plain_sampling_flops(config: NetworkConfig, work: SamplingWork) -> int:
    """Return what it takes when every evaluation, unconditional ones too, does all the work of every row anew."""
    return (work.evaluations + work.guided) * plain_forward_flops(config, work.rows)


def counted_flops(work: Callable[[], object]) -> int:
    """Run ``work`` and return what torch's counter sees; attention runs as the matrix products that it knows."""
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        work()
    return int(counter.get_total_flops())
