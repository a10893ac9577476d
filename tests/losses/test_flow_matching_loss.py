"""Flow matching: hand-computed values, and labels that are missing."""

import math

import pytest
import torch

from trainers.losses import flow_matching_loss, sample_errors


def test_error_of_a_sample_is_the_mean_over_its_numbers() -> None:
    predicted = torch.tensor([[1.0, 3.0], [0.0, 0.0]])
    target = torch.tensor([[0.0, 1.0], [0.0, 2.0]])
    assert sample_errors(predicted, target).tolist() == [2.5, 2.0]  # (1 + 4) / 2, (0 + 4) / 2


def test_modalities_add_up_by_their_weights() -> None:
    predicted = {"shape": torch.tensor([[2.0], [0.0]]), "rotation": torch.tensor([[1.0], [1.0]])}
    target = {"shape": torch.zeros(2, 1), "rotation": torch.zeros(2, 1)}
    loss = flow_matching_loss(predicted, target, {"shape": 1.0, "rotation": 0.1}, {})
    assert loss.parts["shape"].item() == 2.0  # (4 + 0) / 2
    assert loss.parts["rotation"].item() == 1.0
    assert loss.total.item() == pytest.approx(2.1)


def test_missing_label_counts_as_zero_even_when_it_is_nan() -> None:
    predicted = {"shape": torch.tensor([[3.0], [1.0]], requires_grad=True)}
    target = {"shape": torch.tensor([[math.nan], [0.0]])}
    loss = flow_matching_loss(predicted, target, {"shape": 1.0}, {"shape": torch.tensor([False, True])})
    assert loss.total.item() == 0.5  # (0 + 1) / 2
    loss.total.backward()  # type: ignore[no-untyped-call]
    gradient = predicted["shape"].grad
    assert gradient is not None
    assert gradient[1].item() == 1.0  # d/dx of x^2 / 2


def test_modality_without_prediction_is_an_error() -> None:
    with pytest.raises(KeyError):
        flow_matching_loss({}, {"shape": torch.zeros(1, 1)}, {"shape": 1.0}, {})
