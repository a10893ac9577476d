"""What the network's output means for the shape: the velocity itself, or the data at the end of the path.

Data lie in few of the directions that noise fills. A narrow network that predicts them need not carry the noise through
its layers to give it back (Li and He, "Back to basics: let denoising generative models denoise", 2025).
"""

from torch import Tensor

LEAST_LEFT = 0.05
"""Of the path: nearer to its end the division would blow errors up."""


def velocity_from_data(data: Tensor, point: Tensor, t_B: Tensor) -> Tensor:
    """Return the velocity that leads from x_t to the predicted data: (x1 - x_t) / (1 - t), (B, ...) like both."""
    left_B = (1 - t_B).clamp(min=LEAST_LEFT).to(point)
    return (data - point) / left_B.view(-1, *[1] * (point.dim() - 1))
