"""What one sampling carries from step to step."""

from dataclasses import dataclass

from torch import Tensor

from networks.geometry import ConditionKeys, Nothing


@dataclass(frozen=True)
class Trajectory:
    """The tensors that a step reads and writes; each keeps its place in memory from step to step.

    shape_BCXYZ, layout_BK: where the path is, float32; modulation_L6D: what the time does to each block; length: of the
    step, 0-d; left: of the path from there, 0-d; guidance: w, 0-d; keys and nothing: what the blocks read from the
    condition and without it.
    """

    shape_BCXYZ: Tensor
    layout_BK: Tensor
    modulation_L6D: Tensor
    length: Tensor
    left: Tensor
    guidance: Tensor
    keys: list[ConditionKeys]
    nothing: list[Nothing]

    def tensors(self) -> list[Tensor]:
        """Return all of them, in an order that depends on nothing."""
        own = [self.shape_BCXYZ, self.layout_BK, self.modulation_L6D, self.length, self.left, self.guidance]
        return own + [part for block in (*self.keys, *self.nothing) for part in block]

    @property
    def size(self) -> tuple[int, ...]:
        """What a captured step was made for: rows, objects, condition tokens."""
        key_OHLd = self.keys[0].shape_key
        return (len(self.shape_BCXYZ), key_OHLd.shape[0], key_OHLd.shape[2])
