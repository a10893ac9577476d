"""Muon: what a step is by hand and beside torch's, which matrices it moves, and that a bad step moves none."""

from collections.abc import Iterable

import pytest
import torch
from torch import Tensor, nn

from networks.vit import EncoderBlock
from trainers.learner import Learner
from trainers.muon import MOMENTUM, RMS, Muon, block_matrices, orthogonal
from trainers.recipes import OptimiserRecipe
from trainers.world import World

ALONE = World(0, 1, torch.device("cpu"))
GOOD, BAD = torch.tensor(0.0), torch.tensor(1.0)


def _with_gradients(gradients: Iterable[Tensor]) -> list[nn.Parameter]:
    parameters = []
    for gradient in gradients:
        parameters.append(nn.Parameter(torch.ones_like(gradient)))
        parameters[-1].grad = gradient.clone()
    return parameters


@pytest.mark.parametrize(("rows", "columns"), [(12, 12), (8, 20), (20, 8)])
def test_singular_values_become_about_one_and_their_vectors_stay(rows: int, columns: int) -> None:
    torch.manual_seed(0)
    matrix = torch.randn(1, rows, columns)
    turned = orthogonal(matrix)[0]
    left, _, right = torch.linalg.svd(matrix[0], full_matrices=False)
    values = left.T @ turned @ right.T
    assert (values.diagonal() > 0.6).all()
    assert (values.diagonal() < 1.3).all()
    assert (values - values.diagonal().diag()).abs().max() < 1e-3


def test_a_batch_of_matrices_is_turned_each_for_itself_and_zero_stays_zero() -> None:
    torch.manual_seed(0)
    batch = torch.randn(3, 6, 4)
    batch[1] = 0
    together = orthogonal(batch)
    assert torch.allclose(together[2:], orthogonal(batch[2:]), atol=1e-6)
    assert not together[1].any()


def test_first_step_of_a_matrix_of_one_direction_is_known_by_hand() -> None:
    # One singular value: the five iterations take it, 1 after scaling, to s5; the vectors stay.
    (parameter,) = _with_gradients([torch.tensor([[0.0, 7.0], [0.0, 0.0]])])
    value = 1.0
    for _ in range(5):
        value = 3.4445 * value - 4.7750 * value**3 + 2.0315 * value**5
    Muon([parameter], weight_decay=0.5).step(0.1, GOOD)
    moved = 1 - 0.1 * (RMS * 2**0.5 * value + 0.5)
    still = 1 - 0.1 * 0.5
    assert torch.allclose(parameter, torch.tensor([[still, moved], [still, still]]), atol=1e-5)


def test_steps_are_those_of_torch_up_to_its_rounding() -> None:
    torch.manual_seed(0)
    mine, theirs = ([nn.Parameter(torch.ones(6, 4)), nn.Parameter(torch.ones(4, 6))] for _ in range(2))
    optimiser = torch.optim.Muon(theirs, lr=0.01, weight_decay=0.1, momentum=MOMENTUM, adjust_lr_fn="match_rms_adamw")
    muon = Muon(mine, weight_decay=0.1)
    for _ in range(4):
        for a, b in zip(mine, theirs, strict=True):
            a.grad = torch.randn(a.shape)
            b.grad = a.grad.clone()
        muon.step(0.01, GOOD)
        optimiser.step()  # type: ignore[no-untyped-call]
    for a, b in zip(mine, theirs, strict=True):
        assert (a - 1).abs().max() > 0.01
        assert torch.allclose(a, b, atol=1e-3)


def test_bad_step_changes_neither_matrix_nor_momentum() -> None:
    (parameter,) = _with_gradients([torch.randn(3, 3)])
    muon = Muon([parameter], weight_decay=0.1)
    muon.step(0.1, GOOD)
    before, momentum = parameter.detach().clone(), muon.state[parameter]["momentum"].clone()
    parameter.grad = torch.full((3, 3), torch.nan)
    muon.step(0.1, BAD)
    assert torch.equal(parameter, before)
    assert torch.equal(muon.state[parameter]["momentum"], momentum)


class _Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.into = nn.Linear(4, 8)
        self.block = EncoderBlock(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.block(self.into(x))
        return out


def test_only_matrices_of_blocks_that_learn_are_its_business() -> None:
    net = _Net()
    frozen = next(p for p in net.block.parameters() if p.dim() == 2)
    frozen.requires_grad_(False)
    found = block_matrices(net)
    expected = {f"block.{name}" for name, p in net.block.named_parameters() if p.dim() == 2 and p is not frozen}
    assert found.keys() == expected
    assert all(net.get_parameter(name) is parameter for name, parameter in found.items())


def test_learner_that_takes_up_its_state_goes_on_alike() -> None:
    torch.manual_seed(0)
    first, second = _Net(), _Net()
    recipe = OptimiserRecipe(rate=0.01, warmup=2, ema=0.9, matrix_rate=0.02)
    a, b = (Learner(net, recipe, 10, ALONE) for net in (first, second))
    x = torch.randn(2, 3, 4)
    for step in range(2):
        a.update(first(x).square().sum(), step)
    b.restore(a.state())
    for learner, net in ((a, first), (b, second)):
        learner.update(net(x).square().sum(), 2)
    for (name, one), other in zip(first.named_parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other), name
    assert a.muon.state
    assert not any(p in a.optimiser.state for p in block_matrices(first).values())
