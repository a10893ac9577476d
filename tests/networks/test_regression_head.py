import pytest
import torch

from networks.pipeline import Networks
from networks.regression_head import OccupancyHead, coarse_occupancy


def test_the_coarse_target_is_the_filled_share_of_each_block() -> None:
    occupancy = torch.zeros(1, 32, 32, 32, dtype=torch.bool)
    occupancy[0, 2, 4:6, 30:32] = True
    coarse = coarse_occupancy(occupancy)
    assert coarse.shape == (1, 16, 16, 16)
    assert float(coarse[0, 1, 2, 15]) == 0.5
    assert float(coarse.sum()) == 0.5


def test_a_voxel_is_answered_by_the_query_of_its_place(networks: Networks) -> None:
    torch.manual_seed(0)
    head = OccupancyHead(networks.config, layers=0)
    cond = torch.zeros(1, 3, 64)
    before = head(cond)
    with torch.no_grad():
        head.queries[3 * 64 + 5 * 8 + 7] += torch.randn(64)
    changed = (head(cond) != before)[0].nonzero()
    assert {tuple(place) for place in (changed // 2).tolist()} == {(3, 5, 7)}
    assert len(changed) == 8


def test_looking_at_the_condition_is_learnt_in_a_few_steps(networks: Networks) -> None:
    torch.manual_seed(0)
    head = OccupancyHead(networks.config, layers=1)
    cond = torch.randn(4, 10, 64)
    target = coarse_occupancy(torch.rand(4, 32, 32, 32) < torch.tensor([0.1, 0.4, 0.6, 0.9]).view(4, 1, 1, 1))
    optimiser = torch.optim.Adam(head.parameters(), lr=3e-3)
    losses = []
    for _ in range(30):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(head(cond), target)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(loss.item())
    # One answer for all four would cost 0.69.
    assert losses[-1] < 0.6 < losses[0]
    assert head(cond).sigmoid().mean((1, 2, 3)).tolist() == pytest.approx([0.1, 0.4, 0.6, 0.9], abs=0.1)


def test_a_grid_that_the_queries_do_not_divide_is_an_error(networks: Networks) -> None:
    with pytest.raises(ValueError, match="multiple of 8"):
        OccupancyHead(networks.config, grid=12)
